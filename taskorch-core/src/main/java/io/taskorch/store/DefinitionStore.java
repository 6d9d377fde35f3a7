package io.taskorch.store;

import io.taskorch.task.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Workflow definitions by name, each with versions that never change. */
public interface DefinitionStore {

  /** Definitions in one partition. */
  int MOST_DEFINITIONS = 10_000;

  /** Versions of one definition. */
  int MOST_VERSIONS = 10_000;

  /** Bytes of a version. */
  int MOST_BYTES = 32 * 1024 * 1024;

  /**
   * Stores a new version, unless the latest has the same digest.
   *
   * @param digest SHA-256 of what the document means, in hexadecimal digits
   * @param operation names this call; the same again gives the same answer
   * @throws io.taskorch.task.InvalidTaskException it is too large, or there are too many
   */
  Saved save(String name, String digest, Json document, String operation);

  /**
   * A version.
   *
   * @param version null for the latest
   */
  Optional<Stored> find(String name, @Nullable Integer version);

  /**
   * One page of the versions of a definition, latest first; empty when there is no such definition.
   *
   * @param limit 1 to 500
   * @param cursor the last number of the page before; null for the first
   * @throws io.taskorch.task.InvalidTaskException when the cursor is not one of ours
   */
  VersionPage versions(String name, int limit, @Nullable String cursor);

  /**
   * One page of the latest versions of all definitions, by name.
   *
   * @param limit 1 to 500
   * @param cursor the last name of the page before; null for the first
   * @throws io.taskorch.task.InvalidTaskException when the cursor is not one of ours
   */
  VersionPage list(int limit, @Nullable String cursor);

  /**
   * What became of a document.
   *
   * @param created false when the latest version was the same already
   */
  record Saved(Version version, boolean created) {}

  /** A version as it is stored. */
  record Stored(Version version, Json document) {}

  /**
   * A version without its document.
   *
   * @param number from 1
   */
  record Version(String name, int number, Instant createdAt) {}

  /** One page; one that is full may be the last all the same. */
  record VersionPage(List<Version> versions, Optional<String> nextCursor) {
    public VersionPage {
      versions = List.copyOf(versions);
    }
  }
}
