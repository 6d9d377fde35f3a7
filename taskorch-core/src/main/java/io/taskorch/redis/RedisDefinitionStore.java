package io.taskorch.redis;

import io.taskorch.store.DefinitionStore;
import io.taskorch.store.Partitions;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Names;
import io.taskorch.task.Violation;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Workflow definitions, each in the partition that its name gives. A document is stored in parts,
 * so that no call moves more than one of them.
 */
final class RedisDefinitionStore implements DefinitionStore {

  private static final int PART = 1 << 20;
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,8}");
  private static final Duration UPLOAD_KEPT = Duration.ofMinutes(10);

  private final RedisCalls calls;
  private final Partitions partitions;

  RedisDefinitionStore(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
  }

  @Override
  public Saved save(String name, String digest, Json document, String operation) {
    if (document.size() > MOST_BYTES) {
      throw refused("/steps", "too-large", "takes more than 32 MiB");
    }
    int partition = partitions.of(name);
    List<byte[]> parts = parts(document.utf8());
    while (true) {
      for (int i = 0; i < parts.size() - 1; i++) {
        calls.word(
            partition,
            "definition/stage",
            Args.of().add(name).add(digest).add(i).add(parts.get(i)).add(UPLOAD_KEPT.toMillis()));
      }
      List<Object> reply =
          calls.list(
              partition,
              "definition/save",
              Args.of()
                  .add(name)
                  .add(digest)
                  .add(parts.size() - 1L)
                  .add(parts.getLast())
                  .add(operation)
                  .add(MOST_DEFINITIONS)
                  .add(MOST_VERSIONS));
      switch (Replies.text(reply.get(0))) {
        case "ok" -> {
          return new Saved(version(name, reply.get(1), reply.get(2)), Replies.flag(reply.get(3)));
        }
        case "too_many_definitions" ->
            throw refused("/name", "too-many", "would be one definition too many: 10000 are kept");
        case "too_many_versions" ->
            throw refused("/name", "too-many", "has 10000 versions, and takes no more");
        default -> {} // somebody else has made a version of the same parts: once more
      }
    }
  }

  private static InvalidTaskException refused(String pointer, String code, String detail) {
    return new InvalidTaskException(List.of(new Violation(pointer, code, detail)));
  }

  private static List<byte[]> parts(byte[] document) {
    return IntStream.iterate(0, from -> from == 0 || from < document.length, from -> from + PART)
        .mapToObj(
            from -> Arrays.copyOfRange(document, from, Math.min(from + PART, document.length)))
        .toList();
  }

  private static Version version(String name, Object number, Object created) {
    return new Version(
        name, (int) Replies.number(number), Instant.ofEpochMilli(Replies.number(created)));
  }

  @Override
  public Optional<Stored> find(String name, @Nullable Integer version) {
    List<Object> first = read(name, version == null ? "" : version.toString(), 0);
    if (first.isEmpty()) {
      return Optional.empty();
    }
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    document.writeBytes(Replies.bytes(first.get(3)));
    // By its number from here on: another may be the latest by now.
    for (int part = 1; part < Replies.number(first.get(2)); part++) {
      List<Object> next = read(name, Replies.text(first.get(0)), part);
      document.writeBytes(Replies.bytes(next.get(3)));
    }
    return Optional.of(
        new Stored(version(name, first.get(0), first.get(1)), Json.ofUtf8(document.toByteArray())));
  }

  private List<Object> read(String name, String version, int part) {
    return calls.list(
        partitions.of(name), "definition/read", Args.of().add(name).add(version).add(part));
  }

  @Override
  public VersionPage versions(String name, int limit, @Nullable String cursor) {
    if (cursor != null && !NUMBER.matcher(cursor).matches()) {
      throw PageCursor.broken();
    }
    List<Object> reply =
        calls.list(
            partitions.of(name),
            "definition/versions",
            Args.of().add(name).add(cursor == null ? "" : cursor).add(limit));
    List<Version> versions = new ArrayList<>();
    for (int i = 0; i < reply.size(); i += 2) {
      versions.add(version(name, reply.get(i), reply.get(i + 1)));
    }
    return page(versions, limit, version -> Integer.toString(version.number()));
  }

  @Override
  public VersionPage list(int limit, @Nullable String cursor) {
    if (cursor != null && !Names.isValid(cursor)) {
      throw PageCursor.broken();
    }
    Args args = Args.of().add(cursor == null ? "" : cursor).add(limit);
    List<Version> latest =
        IntStream.range(0, partitions.count())
            .mapToObj(partition -> calls.list(partition, "definition/list", args))
            .flatMap(RedisDefinitionStore::rows)
            .sorted(Comparator.comparing(Version::name))
            .limit(limit)
            .toList();
    return page(latest, limit, Version::name);
  }

  private static VersionPage page(
      List<Version> versions, int limit, Function<Version, String> cursor) {
    return new VersionPage(
        versions,
        versions.size() < limit ? Optional.empty() : Optional.of(cursor.apply(versions.getLast())));
  }

  private static Stream<Version> rows(List<Object> reply) {
    return IntStream.iterate(0, i -> i < reply.size(), i -> i + 3)
        .mapToObj(i -> version(Replies.text(reply.get(i)), reply.get(i + 1), reply.get(i + 2)));
  }
}
