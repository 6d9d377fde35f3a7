package io.taskorch.client;

import io.taskorch.workflow.DefinitionVersion;

/**
 * What became of a submitted definition.
 *
 * @param created false when the latest version was the same already
 */
public record DefinitionSubmission(DefinitionVersion definition, boolean created) {}
