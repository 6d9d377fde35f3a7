package io.taskorch.client;

import io.taskorch.workflow.Run;

/**
 * What became of a submitted workflow.
 *
 * @param created false when its idempotency key stood for this run already
 */
public record RunSubmission(Run run, boolean created) {}
