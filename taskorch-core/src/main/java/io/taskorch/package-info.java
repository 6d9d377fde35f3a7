/**
 * A Redis-native task queue. {@link io.taskorch.Taskorch} is the front door.
 *
 * <p>A program submits tasks and workflows through {@link io.taskorch.client}; {@link
 * io.taskorch.worker} claims tasks under a lease and runs their handlers; {@link
 * io.taskorch.upkeep} makes the moves that time makes; {@link io.taskorch.shell} is a handler that
 * comes along, off unless it is turned on. They know the nouns and rules of {@link
 * io.taskorch.task} and {@link io.taskorch.workflow}, and the ports of {@link io.taskorch.store},
 * but nothing of one another and nothing of Redis: {@link io.taskorch.redis} is behind the ports,
 * where each transition of a task is one script in one slot.
 */
@NullMarked
package io.taskorch;

import org.jspecify.annotations.NullMarked;
