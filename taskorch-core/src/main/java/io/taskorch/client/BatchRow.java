package io.taskorch.client;

import io.taskorch.task.TaskorchException;

/** What became of one task of a batch. */
public sealed interface BatchRow {

  record Accepted(Submission submission) implements BatchRow {}

  record Refused(TaskorchException error) implements BatchRow {}
}
