/**
 * The ports between taskorch and what stores its state, small and by role. Their methods are verbs,
 * the edges of {@link io.taskorch.task.TaskState}, rather than "save" and "update".
 *
 * <p>Every call that changes something may be made again with the same arguments after an unknown
 * outcome, and then changes nothing more and answers alike. Every call throws {@link
 * io.taskorch.task.StoreUnavailableException} when the store cannot be reached in time.
 */
@NullMarked
package io.taskorch.store;

import org.jspecify.annotations.NullMarked;
