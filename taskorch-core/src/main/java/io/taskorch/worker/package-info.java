/**
 * Claims tasks and runs their handlers. A {@link io.taskorch.worker.Worker} is one poller that
 * claims into free slots, one virtual thread per attempt, one keeper of all leases and one sender
 * of outcomes; none of them costs a lock, a timer or a call per task.
 */
@NullMarked
package io.taskorch.worker;

import org.jspecify.annotations.NullMarked;
