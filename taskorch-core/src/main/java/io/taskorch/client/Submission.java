package io.taskorch.client;

import io.taskorch.task.Task;

/**
 * What became of a submitted task.
 *
 * @param created false when its idempotency key stood for this task already
 */
public record Submission(Task task, boolean created) {}
