package io.taskorch.store;

import io.taskorch.task.TaskSpec;

/** A task to be stored under an id that the caller has made, so that the call may be repeated. */
public record NewTask(String id, TaskSpec spec) {}
