package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonValue;
import io.taskorch.json.PayloadCodec;
import io.taskorch.store.NewRun;
import io.taskorch.store.RunStore;
import io.taskorch.task.Backoff;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.StepLink;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TaskRunnerTest {

  private static final RetryPolicy WORKERS =
      new RetryPolicy(2, Duration.ofMillis(7), Backoff.FIXED, 1, Duration.ofSeconds(1), 0);
  private static final RetryPolicy HANDLERS =
      new RetryPolicy(3, Duration.ofMillis(8), Backoff.FIXED, 1, Duration.ofSeconds(1), 0);
  private static final RetryPolicy TASKS =
      new RetryPolicy(4, Duration.ofMillis(9), Backoff.FIXED, 1, Duration.ofSeconds(1), 0);

  private final HandlerRegistry handlers = new HandlerRegistry();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final AtomicBoolean draining = new AtomicBoolean();
  private RuntimeException inputFailure;

  @AfterEach
  void stopTimer() {
    timer.shutdownNow();
    assertThat(Thread.interrupted()).isFalse();
  }

  private <P> void handle(Class<P> payload, Handler.Function<P> function) {
    handlers.add(Handler.of("t", payload, function));
  }

  private Outcome run(LiveAttempt attempt) {
    return new TaskRunner(
            handlers,
            new Runs(),
            new PayloadCodec(PayloadCodec.defaultMapper()),
            WORKERS,
            timer,
            InstantSource.system(),
            draining::get)
        .run(attempt);
  }

  private Outcome run(TaskSpec spec) {
    return run(Attempts.live(Attempts.leased(spec)));
  }

  private Outcome run(String payload) {
    return run(TaskSpec.builder("t").payload(Json.of(payload)).build());
  }

  @Test
  void whatTheHandlerReturnsIsTheResult() {
    handle(Integer.class, (number, task) -> Map.of("plus", number + 1));
    assertThat(run("41")).isEqualTo(new Outcome.Succeeded(Json.of("{\"plus\":42}")));
  }

  @Test
  void anExceptionIsRetriedByTheMostSpecificPolicy() {
    handlers.add(
        Handler.of(
            "workers",
            Json.class,
            (payload, task) -> {
              throw new IllegalStateException("broken");
            }));
    handlers.add(
        Handler.of(
                "handlers",
                Json.class,
                (payload, task) -> {
                  throw new IllegalStateException("broken");
                })
            .withRetryPolicy(HANDLERS));
    assertThat(run(TaskSpec.of("workers")))
        .isInstanceOfSatisfying(
            Outcome.Retrying.class,
            retrying -> {
              assertThat(retrying.delay()).isEqualTo(Duration.ofMillis(7));
              assertThat(retrying.maxAttempts()).isEqualTo(2);
              assertThat(retrying.error().kind()).isEqualTo("exception");
              assertThat(retrying.error().message()).isEqualTo("broken");
              assertThat(retrying.error().stack()).contains("TaskRunnerTest");
            });
    assertThat(run(TaskSpec.of("handlers")))
        .isInstanceOfSatisfying(
            Outcome.Retrying.class, r -> assertThat(r.delay()).isEqualTo(Duration.ofMillis(8)));
    assertThat(run(TaskSpec.builder("handlers").retryPolicy(TASKS).build()))
        .isInstanceOfSatisfying(
            Outcome.Retrying.class, r -> assertThat(r.delay()).isEqualTo(Duration.ofMillis(9)));
  }

  @Test
  void failuresNotStartsSpendThePolicy() {
    handle(
        Json.class,
        (payload, task) -> {
          throw new IllegalStateException();
        });
    TaskSpec spec = TaskSpec.builder("t").retryPolicy(TASKS).build();
    assertThat(run(Attempts.live(Attempts.leased(spec, null, 2))))
        .isInstanceOf(Outcome.Retrying.class);
    assertThat(run(Attempts.live(Attempts.leased(spec, null, 3))))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(Reason.ATTEMPTS_SPENT);
              assertThat(failed.maxAttempts()).isEqualTo(4);
            });
  }

  @Test
  void permanentExceptionsAndErrorsFailAtOnce() {
    handle(
        String.class,
        (kind, task) -> {
          if (kind.equals("error")) {
            throw new NoClassDefFoundError("gone");
          }
          throw new PermanentTaskException("no such image");
        });
    for (String kind : new String[] {"\"error\"", "\"permanent\""}) {
      assertThat(run(kind))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              failed -> assertThat(failed.reason()).isEqualTo(Reason.PERMANENT_ERROR));
    }
  }

  @Test
  void aSnoozePassesThrough() {
    handle(
        Json.class,
        (payload, task) -> {
          throw task.snooze(Duration.ofMinutes(1));
        });
    assertThat(run("null")).isEqualTo(new Outcome.Snoozed(Duration.ofMinutes(1)));
  }

  @Test
  void aHandlerWhoseExceptionCannotBeDescribedFailsAllTheSame() {
    handle(
        Json.class,
        (payload, task) -> {
          throw new IllegalStateException() {
            @Override
            public String getMessage() {
              throw new IllegalStateException("even this");
            }
          };
        });
    assertThat(run("null")).isInstanceOf(Outcome.Retrying.class);
  }

  @Test
  void aResultThatCannotBeWrittenOrIsTooLargeFailsForGood() {
    record Hostile(int depth) {
      @JsonValue
      Object value() {
        throw new IllegalStateException("s3cret");
      }
    }

    handle(String.class, (kind, task) -> kind.isEmpty() ? new Hostile(1) : kind.repeat(1 << 20));
    assertThat(run("\"\""))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.error().kind()).isEqualTo("result");
              assertThat(failed.error().message()).doesNotContain("s3cret");
            });
    assertThat(run("\"x\""))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.error().kind()).isEqualTo("result-too-large"));
  }

  @Test
  void anAttemptThatRunsTooLongFailsWhateverTheHandlerDoesAboutIt() {
    handle(
        String.class,
        (manner, task) -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            if (manner.equals("polite")) {
              throw e;
            }
          }
          return "not to be had";
        });
    for (String manner : new String[] {"\"polite\"", "\"deaf\""}) {
      TaskSpec spec =
          TaskSpec.builder("t").payload(Json.of(manner)).timeout(Duration.ofMillis(20)).build();
      assertThat(run(spec))
          .isInstanceOfSatisfying(
              Outcome.Retrying.class,
              retrying -> assertThat(retrying.error().kind()).isEqualTo("timeout"));
    }
    assertThat(timer.getQueue()).isEmpty();
  }

  @Test
  void aCancelledAttemptThatFailsSaysSo() {
    handle(
        Json.class,
        (payload, task) -> {
          ((LiveAttempt) task).stop(Stop.CANCELLED);
          assertThat(task.cancelled()).isTrue();
          new CountDownLatch(1).await();
          return null;
        });
    assertThat(run("null"))
        .isInstanceOfSatisfying(
            Outcome.Retrying.class,
            retrying -> assertThat(retrying.error().kind()).isEqualTo("cancelled"));
  }

  @Test
  void atShutdownOnlyAHandlerThatNeverSawTheInterruptHasSucceeded() {
    handle(
        String.class,
        (manner, task) -> {
          ((LiveAttempt) task).stop(Stop.SHUTDOWN);
          if (manner.equals("swallows")) {
            assertThat(Thread.interrupted()).isTrue();
          }
          if (manner.equals("throws")) {
            throw new InterruptedException();
          }
          return 1;
        });
    assertThat(run("\"finishes\"")).isInstanceOf(Outcome.Succeeded.class);
    assertThat(run("\"swallows\"")).isEqualTo(new Outcome.Released());
    assertThat(run("\"throws\"")).isEqualTo(new Outcome.Released());
  }

  @Test
  void nothingStartsWhileItDrains() {
    AtomicBoolean started = new AtomicBoolean();
    handle(
        Json.class,
        (payload, task) -> {
          started.set(true);
          return null;
        });
    draining.set(true);
    assertThat(run("null")).isEqualTo(new Outcome.Released());
    assertThat(started).isFalse();
  }

  @Test
  void anAttemptThatSomebodyElseEndedHasNoOutcome() {
    handle(Json.class, (payload, task) -> ((LiveAttempt) task).end());
    assertThat(run("null")).isNull();
  }

  @Test
  void aStepsReferencesAreResolved() {
    handle(Json.class, (payload, task) -> payload);
    assertThat(runStep("{\"a\":\"${input.x}\",\"b\":\"${steps.up.result}\"}", "up", true))
        .isEqualTo(new Outcome.Succeeded(Json.of("{\"a\":[1.10],\"b\":{\"y\":2}}")));
    assertThat(runStep("\"$${not.one}\"", null, false))
        .isEqualTo(new Outcome.Succeeded(Json.of("\"${not.one}\"")));
  }

  @Test
  void aReferenceToNothingFailsForGood() {
    handle(Json.class, (payload, task) -> payload);
    assertThat(runStep("\"${input.nothing}\"", null, true))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.error().kind()).isEqualTo("unresolved-reference"));
    inputFailure = new TaskNotFoundException("run");
    assertThat(runStep("\"${input.x}\"", null, true)).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void aStepWhoseInputCannotBeReadForNowComesBackLaterUnspent() {
    handle(Json.class, (payload, task) -> payload);
    inputFailure = new StoreUnavailableException("away", null);
    assertThat(runStep("\"${input.x}\"", null, true))
        .isEqualTo(new Outcome.Snoozed(Duration.ofSeconds(1)));
  }

  private Outcome runStep(String payload, String upstream, boolean input) {
    StepLink link =
        new StepLink("run", 0, "step", upstream == null ? Map.of() : Map.of(upstream, "id"), input);
    TaskSpec spec = TaskSpec.builder("t").payload(Json.of(payload)).build();
    return run(Attempts.live(Attempts.leased(spec, link, 0)));
  }

  private final class Runs implements RunStore {
    @Override
    public StepInput input(String runId, Map<String, String> upstream) {
      if (inputFailure != null) {
        throw inputFailure;
      }
      return new StepInput(Json.of("{\"x\":[1.10]}"), Map.of("up", Json.of("{\"y\":2}")));
    }

    @Override
    public void start(NewRun run) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Run> find(String id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public RunPage list(RunFilter filter) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Run cancel(String id, String actor) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Run retry(String id, String actor, String operation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void signal(String id, String name, Json payload, String actor, String operation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Run act(String id, StepAction action, String actor, String operation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public WorkflowDefinition definition(String id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Advanced advance(int partition) {
      throw new UnsupportedOperationException();
    }
  }
}
