package io.taskorch.client;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taskorch.batch.BatchSpec;
import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether two submissions under one idempotency key are the same: SHA-256 over every field in
 * a fixed order, defaults filled in, JSON without white space and with its keys sorted. So a
 * repetition may be spelled differently, but may not mean anything else.
 */
final class Fingerprint {

  private static final ObjectMapper SORTED =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  /** Stands before the version that a fingerprint may end with. */
  private static final String VERSION = "@";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  private Fingerprint() {}

  static String of(TaskSpec spec) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.text("task");
    fingerprint.spec(spec);
    return fingerprint.sha256();
  }

  static String of(WorkflowDefinition definition, Json input) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.text("workflow");
    fingerprint.text(definition.name());
    fingerprint.count(definition.steps().size());
    for (Step step : definition.steps()) {
      fingerprint.step(step);
    }
    fingerprint.json(input);
    return fingerprint.sha256();
  }

  /**
   * Of a run of a stored definition. It ends with the version that was found for it: who goes on
   * with a reservation goes on with that version, also when a later one has become the latest.
   *
   * @param asked the version that was asked for; null for the latest
   * @param found the version that this is
   */
  static String of(String name, @Nullable Integer asked, Json input, int found) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.text("run");
    fingerprint.text(name);
    fingerprint.value(asked);
    fingerprint.json(input);
    return fingerprint.sha256() + VERSION + found;
  }

  /**
   * Of a run that is like another up to a step.
   *
   * @param input null for that of the other
   */
  static String ofFork(String id, String fromStep, @Nullable Json input) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.text("fork");
    fingerprint.text(id);
    fingerprint.text(fromStep);
    fingerprint.count(input == null ? 0 : 1);
    if (input != null) {
      fingerprint.json(input);
    }
    return fingerprint.sha256();
  }

  static String of(Limits limits) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.text("limits");
    fingerprint.value(limits);
    return fingerprint.sha256();
  }

  static String of(QueueLimits limits) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.text("queue limits");
    fingerprint.value(limits.together());
    GroupLimits perGroup = limits.perGroup();
    fingerprint.count(perGroup == null ? 0 : 1);
    if (perGroup != null) {
      fingerprint.value(perGroup.rate());
      fingerprint.value(perGroup.concurrency());
      fingerprint.value(perGroup.maxWaiting());
      fingerprint.value(new TreeMap<>(perGroup.weights()));
    }
    return fingerprint.sha256();
  }

  static String of(BatchSpec batch) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.text("batch");
    fingerprint.specs(batch.tasks());
    for (TaskSpec callback :
        Arrays.asList(batch.onSuccess(), batch.onFinish(), batch.onFailure())) {
      fingerprint.specs(callback == null ? List.of() : List.of(callback));
    }
    fingerprint.value(batch.group());
    fingerprint.value(batch.parentId());
    return fingerprint.sha256();
  }

  /** Of tasks that are added to a batch. */
  static String ofAddition(String batchId, List<TaskSpec> tasks) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.text("addition");
    fingerprint.text(batchId);
    fingerprint.specs(tasks);
    return fingerprint.sha256();
  }

  /** Whether two submissions asked for the same; what was found for them may differ. */
  static boolean isSameRequest(String one, String other) {
    return one.split(VERSION, 2)[0].equals(other.split(VERSION, 2)[0]);
  }

  /** The version at the end of a fingerprint of a run of a stored definition. */
  static int versionOf(String fingerprint) {
    return Integer.parseInt(fingerprint.split(VERSION, 2)[1]);
  }

  /** Of what a document means, in hexadecimal digits. */
  static String of(Json document) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.json(document);
    return fingerprint.sha256();
  }

  private void step(Step step) {
    text(step.name());
    text(step.kind().name());
    spec(step.task());
    texts(step.dependencies());
    text(step.join().name());
    value(step.when());
    value(step.forEach());
    value(step.maxParallel());
    text(step.onFailure().name());
    value(step.compensateWith());
    value(step.signal());
    value(step.workflow());
    value(step.version());
  }

  private void specs(List<TaskSpec> specs) {
    count(specs.size());
    specs.forEach(this::spec);
  }

  private void spec(TaskSpec spec) {
    text(spec.type());
    json(spec.payload());
    text(spec.queue());
    text(spec.priority().name());
    value(spec.retryPolicy());
    value(spec.delay());
    value(spec.runAt());
    value(spec.startBefore());
    value(spec.timeout());
    texts(spec.tags());
    count(spec.metadata().size());
    new TreeMap<>(spec.metadata())
        .forEach(
            (key, value) -> {
              text(key);
              text(value);
            });
    value(spec.retention());
    if (spec.unique() != null) {
      // Only where there is one: keys that were used before there were any stay as they are.
      value(spec.unique());
    }
    if (!spec.flow().saysNothing()) {
      value(spec.flow());
    }
  }

  /** What has one text for one value: durations, instants, a record of such and numbers. */
  private void value(@Nullable Object value) {
    count(value == null ? 0 : 1);
    if (value != null) {
      text(value.toString());
    }
  }

  private void texts(Iterable<String> texts) {
    for (String text : texts) {
      count(1);
      text(text);
    }
    count(0);
  }

  private void json(Json json) {
    try {
      // As maps: a tree keeps its keys in the order of the text.
      bytes(SORTED.writeValueAsBytes(SORTED.readValue(json.utf8(), Object.class)));
    } catch (IOException e) {
      bytes(json.utf8());
    }
  }

  private void text(String text) {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** With its length before it, so that no two sequences of fields give the same bytes. */
  private void bytes(byte[] field) {
    count(field.length);
    bytes.writeBytes(field);
  }

  private void count(int count) {
    try {
      out.writeInt(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String sha256() {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
