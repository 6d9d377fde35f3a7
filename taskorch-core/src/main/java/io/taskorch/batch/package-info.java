/**
 * Batches as values: tasks that somebody wants to know the common end of. Nothing here stores or
 * runs anything.
 */
@NullMarked
package io.taskorch.batch;

import org.jspecify.annotations.NullMarked;
