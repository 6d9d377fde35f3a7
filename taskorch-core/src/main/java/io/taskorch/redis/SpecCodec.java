package io.taskorch.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.task.Backoff;
import io.taskorch.task.BatchLink;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Sequence;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.UniqueKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The optional parts of a spec as JSON, which only readers in Java look at. A spec that has none of
 * them takes no bytes.
 */
final class SpecCodec {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] NOTHING = new byte[0];

  private SpecCodec() {}

  /**
   * What the JSON of a spec holds.
   *
   * @param callback null unless it is a batch's callback
   * @param step null unless it is a workflow's step
   */
  record Extras(
      @Nullable RetryPolicy retryPolicy,
      @Nullable Duration timeout,
      @Nullable String idempotencyKey,
      List<String> tags,
      Map<String, String> metadata,
      @Nullable UniqueKey unique,
      @Nullable Sequence sequence,
      @Nullable String schedule,
      @Nullable BatchLink callback,
      @Nullable StoredStep step) {

    static final Extras NONE =
        new Extras(null, null, null, List.of(), Map.of(), null, null, null, null, null);
  }

  static byte[] encode(TaskSpec spec, @Nullable StoredStep step) {
    if (spec.retryPolicy() == null
        && spec.timeout() == null
        && spec.idempotencyKey() == null
        && spec.tags().isEmpty()
        && spec.metadata().isEmpty()
        && spec.unique() == null
        && spec.flow().sequence() == null
        && spec.schedule() == null
        && !isCallback(spec)
        && step == null) {
      return NOTHING;
    }
    ObjectNode node = JSON.createObjectNode();
    RetryPolicy policy = spec.retryPolicy();
    if (policy != null) {
      node.putObject("retry")
          .put("attempts", policy.maxAttempts())
          .put("delay", policy.delay().toMillis())
          .put("backoff", word(policy.backoff()))
          .put("multiplier", policy.multiplier())
          .put("longest", policy.maxDelay().toMillis())
          .put("jitter", policy.jitter());
    }
    Duration timeout = spec.timeout();
    if (timeout != null) {
      node.put("timeout", timeout.toMillis());
    }
    if (spec.idempotencyKey() != null) {
      node.put("key", spec.idempotencyKey());
    }
    if (!spec.tags().isEmpty()) {
      spec.tags().forEach(node.putArray("tags")::add);
    }
    if (!spec.metadata().isEmpty()) {
      spec.metadata().forEach(node.putObject("metadata")::put);
    }
    UniqueKey unique = spec.unique();
    if (unique != null) {
      ObjectNode written =
          node.putObject("unique")
              .put("key", unique.key())
              .put("until", word(unique.until()))
              .put("conflict", word(unique.onConflict()));
      putMillis(written, "ttl", unique.ttl());
      putMillis(written, "wait", unique.maxWait());
    }
    Sequence sequence = spec.flow().sequence();
    if (sequence != null) {
      node.putObject("sequence").put("key", sequence.key()).put("retry", word(sequence.onRetry()));
    }
    if (spec.schedule() != null) {
      node.put("schedule", spec.schedule());
    }
    if (isCallback(spec)) {
      BatchLink batch = Objects.requireNonNull(spec.batch());
      node.putObject("batch").put("id", batch.batchId()).put("role", word(batch.role()));
    }
    if (step != null) {
      step.write(node);
    }
    return bytes(node);
  }

  static Extras decode(byte[] record, int from, int length) {
    if (length == 0) {
      return Extras.NONE;
    }
    JsonNode node = tree(record, from, length);
    JsonNode retry = node.get("retry");
    return new Extras(
        retry == null
            ? null
            : new RetryPolicy(
                retry.get("attempts").asInt(),
                Duration.ofMillis(retry.get("delay").asLong()),
                Backoff.valueOf(retry.get("backoff").asText().toUpperCase(Locale.ROOT)),
                retry.get("multiplier").asDouble(),
                Duration.ofMillis(retry.get("longest").asLong()),
                retry.get("jitter").asDouble()),
        value(node, "timeout", timeout -> Duration.ofMillis(timeout.asLong())),
        value(node, "key", JsonNode::asText),
        list(node.path("tags")),
        map(node.path("metadata")),
        value(node, "unique", SpecCodec::unique),
        value(node, "sequence", SpecCodec::sequence),
        value(node, "schedule", JsonNode::asText),
        value(node, "batch", SpecCodec::callback),
        StoredStep.read(node));
  }

  private static void putMillis(ObjectNode node, String field, @Nullable Duration time) {
    if (time != null) {
      node.put(field, time.toMillis());
    }
  }

  /** The link of a member stands in its flow block, for the scripts. */
  private static boolean isCallback(TaskSpec spec) {
    BatchLink batch = spec.batch();
    return batch != null && batch.role() != BatchLink.Role.MEMBER;
  }

  private static BatchLink callback(JsonNode node) {
    return new BatchLink(
        node.get("id").asText(),
        BatchLink.Role.valueOf(node.get("role").asText().toUpperCase(Locale.ROOT)));
  }

  private static UniqueKey unique(JsonNode node) {
    return new UniqueKey(
        node.get("key").asText(),
        UniqueKey.Until.valueOf(node.get("until").asText().toUpperCase(Locale.ROOT)),
        value(node, "ttl", ttl -> Duration.ofMillis(ttl.asLong())),
        UniqueKey.OnConflict.valueOf(node.get("conflict").asText().toUpperCase(Locale.ROOT)),
        value(node, "wait", wait -> Duration.ofMillis(wait.asLong())));
  }

  private static Sequence sequence(JsonNode node) {
    return new Sequence(
        node.get("key").asText(),
        Sequence.OnRetry.valueOf(node.get("retry").asText().toUpperCase(Locale.ROOT)));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static byte[] encode(TaskError error) {
    ObjectNode node = JSON.createObjectNode();
    node.put("kind", error.kind());
    if (error.type() != null) {
      node.put("type", error.type());
    }
    if (error.message() != null) {
      node.put("message", error.message());
    }
    if (error.stack() != null) {
      node.put("stack", error.stack());
    }
    return bytes(node);
  }

  static TaskError decodeError(byte[] bytes, int from) {
    JsonNode node = tree(bytes, from, bytes.length - from);
    return new TaskError(
        node.path("kind").asText(),
        value(node, "type", JsonNode::asText),
        value(node, "message", JsonNode::asText),
        value(node, "stack", JsonNode::asText));
  }

  static byte[] bytes(JsonNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode tree(byte[] bytes, int from, int length) {
    try {
      return JSON.readTree(bytes, from, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static <T> @Nullable T value(JsonNode node, String field, Function<JsonNode, T> read) {
    JsonNode found = node.get(field);
    return found == null ? null : read.apply(found);
  }

  static List<String> list(JsonNode node) {
    List<String> list = new ArrayList<>(node.size());
    node.forEach(element -> list.add(element.asText()));
    return list;
  }

  static Map<String, String> map(JsonNode node) {
    Map<String, String> map = new LinkedHashMap<>();
    node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
    return map;
  }
}
