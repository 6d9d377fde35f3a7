package io.taskorch.client;

import io.taskorch.batch.Batch;

/**
 * The answer to a submission of a batch.
 *
 * @param created false when the idempotency key stood for the batch already
 */
public record BatchSubmission(Batch batch, boolean created) {}
