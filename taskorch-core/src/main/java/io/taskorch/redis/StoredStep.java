package io.taskorch.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.task.Element;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.OnFailure;
import io.taskorch.workflow.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the record of a step's task holds of the step, beside the task itself. What is not set takes
 * no bytes.
 *
 * @param upstream ids of the tasks whose results the payload refers to, by step name
 * @param refersToInput whether the payload refers to an input
 * @param inputRunId the run whose input is meant; null for its own
 * @param needs ids of the tasks that the condition and the list refer to, by step name
 */
record StoredStep(
    String name,
    Kind kind,
    Join join,
    @Nullable String when,
    @Nullable String forEach,
    @Nullable Integer maxParallel,
    OnFailure onFailure,
    @Nullable String compensateWith,
    @Nullable String signal,
    @Nullable String workflow,
    @Nullable Integer version,
    @Nullable Duration delay,
    @Nullable Instant runAt,
    Map<String, String> upstream,
    boolean refersToInput,
    @Nullable String inputRunId,
    @Nullable Element element,
    Map<String, String> needs) {

  static StoredStep of(
      Step step,
      Map<String, String> upstream,
      boolean refersToInput,
      @Nullable String inputRunId,
      @Nullable Element element,
      Map<String, String> needs) {
    return new StoredStep(
        step.name(),
        step.kind(),
        step.join(),
        step.when(),
        step.forEach(),
        step.maxParallel(),
        step.onFailure(),
        step.compensateWith(),
        step.signal(),
        step.workflow(),
        step.version(),
        step.task().delay(),
        step.task().runAt(),
        upstream,
        refersToInput,
        inputRunId,
        element,
        needs);
  }

  /** The step that this was, of the task that the record holds. */
  Step step(TaskSpec task, List<String> dependencies) {
    TaskSpec timed = task.toBuilder().delay(delay).runAt(runAt).build();
    return new Step(
        name,
        kind,
        timed,
        dependencies,
        join,
        when,
        forEach,
        maxParallel,
        onFailure,
        compensateWith,
        signal,
        workflow,
        version);
  }

  /** The run whose input its payload means. */
  String inputRun(String ownRun) {
    return inputRunId == null ? ownRun : inputRunId;
  }

  /** Whether a program decides what becomes of it. */
  boolean needsDecision() {
    return kind != Kind.TASK || when != null || forEach != null;
  }

  /** What ends it where no worker does; null where one does. */
  @Nullable String waitingFor() {
    if (forEach != null) {
      return "elements";
    }
    return switch (kind) {
      case TASK -> null;
      case WAIT -> "time";
      case SIGNAL -> "signal:" + signal;
      case APPROVAL -> "approval";
      case WORKFLOW -> "workflow:" + workflow;
    };
  }

  /** The character of a header that tells the scripts what they need to know of a step. */
  char traits() {
    return (char) ('1' + (needsDecision() ? 1 : 0) + (onFailure == OnFailure.CONTINUE ? 2 : 0));
  }

  void write(ObjectNode node) {
    node.put("step", name);
    put(node, "kind", kind == Kind.TASK ? null : kind.word());
    put(node, "join", join == Join.ALL_SUCCEEDED ? null : word(join));
    put(node, "when", when);
    put(node, "each", forEach);
    put(node, "parallel", maxParallel == null ? null : maxParallel.toString());
    put(node, "failure", onFailure == OnFailure.FAIL ? null : word(onFailure));
    put(node, "compensate", compensateWith);
    put(node, "signal", signal);
    put(node, "workflow", workflow);
    put(node, "version", version == null ? null : version.toString());
    put(node, "delay", delay == null ? null : delay.toString());
    put(node, "at", runAt == null ? null : runAt.toString());
    put(node, "inputOf", inputRunId);
    if (element != null) {
      // As text, so that every digit of a number stays.
      node.put("item", element.item().toString()).put("index", element.index());
    }
    putAll(node, "upstream", upstream);
    putAll(node, "needs", needs);
    if (refersToInput) {
      node.put("input", true);
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void put(ObjectNode node, String field, @Nullable String value) {
    if (value != null) {
      node.put(field, value);
    }
  }

  private static void putAll(ObjectNode node, String field, Map<String, String> values) {
    if (!values.isEmpty()) {
      values.forEach(node.putObject(field)::put);
    }
  }

  /** What {@link #write} has written; null when that was nothing. */
  static @Nullable StoredStep read(JsonNode node) {
    if (!node.has("step")) {
      return null;
    }
    return new StoredStep(
        node.get("step").asText(),
        Kind.valueOf(constant(node, "kind", "TASK")),
        Join.valueOf(constant(node, "join", "ALL_SUCCEEDED")),
        text(node, "when"),
        text(node, "each"),
        SpecCodec.value(node, "parallel", JsonNode::asInt),
        OnFailure.valueOf(constant(node, "failure", "FAIL")),
        text(node, "compensate"),
        text(node, "signal"),
        text(node, "workflow"),
        SpecCodec.value(node, "version", JsonNode::asInt),
        SpecCodec.value(node, "delay", delay -> Duration.parse(delay.asText())),
        SpecCodec.value(node, "at", at -> Instant.parse(at.asText())),
        SpecCodec.map(node.path("upstream")),
        node.path("input").asBoolean(),
        text(node, "inputOf"),
        SpecCodec.value(
            node, "item", item -> new Element(Json.of(item.asText()), node.path("index").asInt())),
        SpecCodec.map(node.path("needs")));
  }

  private static String constant(JsonNode node, String field, String usual) {
    return node.path(field).asText(usual).toUpperCase(Locale.ROOT);
  }

  private static @Nullable String text(JsonNode node, String field) {
    return SpecCodec.value(node, field, JsonNode::asText);
  }
}
