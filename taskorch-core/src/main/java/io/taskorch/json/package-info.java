/**
 * How Java values become the JSON of payloads and results, and back; and the writers and readers
 * that documents of our own are made with.
 */
@NullMarked
package io.taskorch.json;

import org.jspecify.annotations.NullMarked;
