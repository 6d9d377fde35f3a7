package io.taskorch.client;

import io.taskorch.batch.Batch;
import io.taskorch.task.TaskorchException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The answer to a submission of a batch.
 *
 * @param created false when the idempotency key stood for the batch already
 * @param refused why tasks are no members, by their places in the submission; only the call that
 *     has stored the others tells
 */
public record BatchSubmission(
    Batch batch, boolean created, Map<Integer, TaskorchException> refused) {

  public BatchSubmission {
    refused = Collections.unmodifiableMap(new TreeMap<>(refused));
  }
}
