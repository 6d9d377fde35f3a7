package io.taskorch.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.schedule.CronRule;
import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.Rule;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.ScheduleProgress;
import io.taskorch.schedule.Target;
import io.taskorch.store.StoredSchedule;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.TaskSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Schedules as JSON, which only readers in Java look at. Times and durations are milliseconds. */
final class ScheduleCodec {

  private ScheduleCodec() {}

  /** What changes by calls only. */
  static byte[] definition(StoredSchedule stored) {
    Schedule schedule = stored.schedule();
    ObjectNode node = SpecCodec.object();
    node.put("created", stored.createdAt().toEpochMilli());
    node.put("updated", stored.updatedAt().toEpochMilli());
    node.put("declared", stored.declaredBy());
    switch (schedule.rule()) {
      case Rule.Cron(CronRule cron) -> node.put("cron", cron.expression());
      case Rule.Every(Duration interval) -> node.put("every", interval.toMillis());
    }
    node.put("zone", schedule.zone().getId());
    node.put("misfire", schedule.misfire().name());
    node.put("misfires", schedule.misfireLimit());
    node.put("overlap", schedule.overlap().name());
    node.put("jitter", schedule.jitter().toMillis());
    put(node, "starts", schedule.startsAt());
    put(node, "ends", schedule.endsAt());
    schedule.excludeDates().stream()
        .map(LocalDate::toString)
        .sorted()
        .forEach(node.putArray("excluded")::add);
    node.put("failures", schedule.pauseAfterFailures());
    switch (schedule.target()) {
      case Target.OfTask(TaskSpec task) -> put(node.putObject("task"), task);
      case Target.OfWorkflow(String workflow, Integer version, Json input) ->
          node.putObject("workflow")
              .put("name", workflow)
              .put("version", version)
              .put("input", input.utf8());
    }
    return SpecCodec.bytes(node);
  }

  private static void put(ObjectNode node, TaskSpec task) {
    node.put("type", task.type());
    node.put("payload", task.payload().utf8());
    node.put("queue", task.queue());
    node.put("priority", task.priority().name());
    Duration retention = task.retention();
    if (retention != null) {
      node.put("retention", retention.toMillis());
    }
    if (!task.flow().saysNothing()) {
      node.put("flow", FlowBlock.shared(task.flow()));
    }
    node.put("rest", SpecCodec.encode(task, null));
  }

  private static void put(ObjectNode node, String field, @Nullable Instant instant) {
    if (instant != null) {
      node.put(field, instant.toEpochMilli());
    }
  }

  /** What changes by firing. */
  static byte[] progress(ScheduleProgress progress) {
    ObjectNode node = SpecCodec.object();
    put(node, "next", progress.next());
    put(node, "queued", progress.queued());
    progress.open().forEach(node.putArray("open")::add);
    node.put("paused", progress.paused());
    if (progress.pauseReason() != null) {
      node.put("reason", progress.pauseReason());
    }
    node.put("failures", progress.failures());
    put(node, "instant", progress.lastInstant());
    if (progress.lastId() != null) {
      node.put("task", progress.lastId());
    }
    node.put("fired", progress.fired());
    node.put("skipped", progress.skipped());
    node.put("missed", progress.missed());
    return SpecCodec.bytes(node);
  }

  static StoredSchedule decode(String name, byte[] definition, byte[] progress, long revision) {
    JsonNode node = SpecCodec.tree(definition, 0, definition.length);
    JsonNode declared = node.path("declared");
    return new StoredSchedule(
        schedule(name, node),
        declared.isTextual() ? declared.asText() : null,
        Instant.ofEpochMilli(node.path("created").asLong()),
        Instant.ofEpochMilli(node.path("updated").asLong()),
        revision,
        decodeProgress(SpecCodec.tree(progress, 0, progress.length)));
  }

  private static Schedule schedule(String name, JsonNode node) {
    JsonNode cron = node.get("cron");
    return new Schedule(
        name,
        cron == null
            ? new Rule.Every(Duration.ofMillis(node.path("every").asLong()))
            : new Rule.Cron(CronRule.parse(cron.asText())),
        ZoneId.of(node.path("zone").asText()),
        target(node),
        Misfire.valueOf(node.path("misfire").asText()),
        node.path("misfires").asInt(),
        Overlap.valueOf(node.path("overlap").asText()),
        Duration.ofMillis(node.path("jitter").asLong()),
        instant(node, "starts"),
        instant(node, "ends"),
        dates(node.path("excluded")),
        node.path("failures").asInt());
  }

  private static Set<LocalDate> dates(JsonNode list) {
    return SpecCodec.list(list).stream().map(LocalDate::parse).collect(Collectors.toSet());
  }

  private static Target target(JsonNode node) {
    JsonNode task = node.get("task");
    if (task != null) {
      return new Target.OfTask(task(task));
    }
    JsonNode workflow = node.path("workflow");
    JsonNode version = workflow.path("version");
    return new Target.OfWorkflow(
        workflow.path("name").asText(),
        version.isNumber() ? version.asInt() : null,
        Json.ofUtf8(binary(workflow.path("input"))));
  }

  private static TaskSpec task(JsonNode node) {
    byte[] rest = binary(node.path("rest"));
    SpecCodec.Extras extras = SpecCodec.decode(rest, 0, rest.length);
    return TaskSpec.builder(node.path("type").asText())
        .payload(Json.ofUtf8(binary(node.path("payload"))))
        .queue(node.path("queue").asText())
        .priority(Priority.valueOf(node.path("priority").asText()))
        .retryPolicy(extras.retryPolicy())
        .timeout(extras.timeout())
        .tags(extras.tags())
        .metadata(extras.metadata())
        .retention(SpecCodec.value(node, "retention", kept -> Duration.ofMillis(kept.asLong())))
        .flow(
            node.has("flow")
                ? FlowBlock.ofShared(node.get("flow").asText()).flow(extras.sequence())
                : Flow.PLAIN)
        .build();
  }

  private static ScheduleProgress decodeProgress(JsonNode node) {
    return new ScheduleProgress(
        instant(node, "next"),
        instant(node, "queued"),
        SpecCodec.list(node.path("open")),
        node.path("paused").asBoolean(),
        SpecCodec.value(node, "reason", JsonNode::asText),
        node.path("failures").asInt(),
        instant(node, "instant"),
        SpecCodec.value(node, "task", JsonNode::asText),
        node.path("fired").asLong(),
        node.path("skipped").asLong(),
        node.path("missed").asLong());
  }

  private static @Nullable Instant instant(JsonNode node, String field) {
    return SpecCodec.value(node, field, millis -> Instant.ofEpochMilli(millis.asLong()));
  }

  private static byte[] binary(JsonNode node) {
    try {
      byte[] bytes = node.binaryValue();
      return bytes == null ? new byte[0] : bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
