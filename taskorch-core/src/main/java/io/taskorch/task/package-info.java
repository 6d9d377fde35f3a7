/**
 * The nouns and rules of a task: what a caller submits, what is read back, which moves exist.
 *
 * <p>{@link io.taskorch.task.TaskState} is the state machine; the scripts that run in Redis take
 * their table of moves from it. Nothing here knows where a task is stored or who runs it.
 */
@NullMarked
package io.taskorch.task;

import org.jspecify.annotations.NullMarked;
