package io.taskorch.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final TaskSpec TASK = TaskSpec.of("t");

  private static List<Violation> refusal(UnaryOperator<Schedule.Builder> fields) {
    Schedule.Builder builder = fields.apply(Schedule.builder("s"));
    return catchThrowableOfType(InvalidTaskException.class, builder::build).violations();
  }

  private static void assertRefused(
      String pointer, String code, UnaryOperator<Schedule.Builder> fields) {
    assertThat(refusal(s -> fields.apply(s.task(TASK))))
        .extracting(Violation::pointer, Violation::code)
        .containsExactly(tuple(pointer, code));
  }

  @Test
  void namesEveryFieldThatIsWrong() {
    assertThat(
            refusal(
                s ->
                    s.timeZone("Mars/Phobos")
                        .misfireLimit(5)
                        .jitter(Duration.ofDays(2))
                        .pauseAfterFailures(0)))
        .extracting(Violation::pointer)
        .containsExactlyInAnyOrder(
            "/cron", "/task", "/time_zone", "/misfire_limit", "/jitter", "/pause_after_failures");
  }

  @Test
  void wantsOneOfCronAndEvery() {
    assertRefused("/cron", "required", s -> s);
    assertRefused("/every", "conflict", s -> s.cron("* * * * *").every(Duration.ofHours(1)));
  }

  @Test
  void findsACronThatNeverFires() {
    assertRefused("/cron", "cron-never-fires", s -> s.cron("0 0 30 2 *"));
  }

  @Test
  void refusesWhatContradicts() {
    assertRefused(
        "/misfire_limit", "conflict", s -> s.cron("@daily").misfire(Misfire.ONCE).misfireLimit(3));
    assertRefused(
        "/jitter", "conflict", s -> s.every(Duration.ofMinutes(1)).jitter(Duration.ofMinutes(1)));
    assertRefused(
        "/ends_at",
        "conflict",
        s -> s.cron("@daily").startsAt(Instant.ofEpochSecond(2)).endsAt(Instant.ofEpochSecond(1)));
    assertRefused("/every", "out-of-range", s -> s.every(Duration.ofMillis(999)));
  }

  @Test
  void refusesWhatAFiringDecides() {
    assertThat(
            refusal(
                s ->
                    s.cron("@daily")
                        .task(
                            TaskSpec.builder("t")
                                .delay(Duration.ofSeconds(1))
                                .idempotencyKey("k")
                                .startBefore(Instant.EPOCH)
                                .build())))
        .extracting(Violation::pointer)
        .containsExactly("/task/delay", "/task/start_before", "/task/idempotency_key");
  }

  @Test
  void refusesAWorkflowThatCannotBe() {
    assertThat(
            refusal(s -> s.cron("@daily").workflow(new Target.OfWorkflow("no name", 0, Json.NULL))))
        .extracting(Violation::pointer, Violation::code)
        .containsExactly(
            tuple("/workflow/workflow", "invalid-name"),
            tuple("/workflow/version", "out-of-range"));
    assertThat(
            refusal(
                s ->
                    s.cron("@daily")
                        .task(TASK)
                        .workflow(new Target.OfWorkflow("w", null, Json.NULL))))
        .extracting(Violation::pointer, Violation::code)
        .containsExactly(tuple("/workflow", "conflict"));
  }
}
