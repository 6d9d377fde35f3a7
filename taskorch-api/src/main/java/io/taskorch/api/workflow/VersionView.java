package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.DefinitionStore.Version;
import java.time.Instant;

/** A version of a definition in a list. */
@Schema(name = "WorkflowDefinitionVersion")
record VersionView(String name, int version, Instant createdAt) {

  static VersionView of(Version version) {
    return new VersionView(version.name(), version.number(), version.createdAt());
  }
}
