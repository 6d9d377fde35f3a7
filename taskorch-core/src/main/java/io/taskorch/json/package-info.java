/** How Java values become the JSON of payloads and results, and back. */
@NullMarked
package io.taskorch.json;

import org.jspecify.annotations.NullMarked;
