package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.limit.DeclaredLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.OnLimit;
import io.taskorch.limit.RateLimit;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.Schedule;
import io.taskorch.task.Backoff;
import io.taskorch.task.Gathering;
import io.taskorch.task.Json;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.Workflow;
import io.taskorch.workflow.WorkflowDefinition;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HandlerRegistryTest {

  private final HandlerRegistry registry = new HandlerRegistry();

  private Object run(String type, Object payload) throws Exception {
    return registry.find(type).function().run(payload, null);
  }

  static final class Scheduled {
    @TaskHandler(value = "report", queue = "reports")
    @TaskSchedule(
        cron = "0 3 * * *",
        timeZone = "Europe/Berlin",
        overlap = Overlap.SKIP,
        payload = "{\"days\":7}")
    void report() {}

    @TaskHandler("clean")
    @TaskSchedule(name = "cleaning", every = "15m")
    void clean() {}

    @TaskHandler("other")
    void other() {}
  }

  static final class NeverScheduled {
    @TaskHandler("never")
    @TaskSchedule(cron = "0 0 30 2 *")
    void never() {}
  }

  static final class Limited {
    @TaskHandler("pay")
    @LimitKey(value = "partner-api", rate = 5, burst = 1)
    void pay() {}

    @TaskHandler("refund")
    @LimitKey(value = "partner-api", rate = 5, burst = 1)
    void refund() {}

    @TaskHandler("import")
    @LimitKey(value = "imports", concurrency = 2, onLimit = OnLimit.CANCEL_OLDEST)
    void importAll() {}
  }

  static final class LimitedTwice {
    @TaskHandler("pay")
    @LimitKey(value = "partner-api", rate = 5)
    void pay() {}

    @TaskHandler("refund")
    @LimitKey(value = "partner-api", rate = 6)
    void refund() {}
  }

  static final class Unlimited {
    @TaskHandler("pay")
    @LimitKey("partner-api")
    void pay() {}
  }

  @Test
  void limitsAreThoseOfTheirClass() {
    registry.add(new Limited());
    registry.add(new Base());
    assertThat(registry.limits())
        .isEqualTo(
            Map.of(
                Base.class.getName(),
                DeclaredLimits.NONE,
                Limited.class.getName(),
                new DeclaredLimits(
                    Map.of(),
                    Map.of(
                        "partner-api",
                        Limits.ofRate(new RateLimit(5, Duration.ofSeconds(1), 1)),
                        "imports",
                        new Limits(null, 2, OnLimit.CANCEL_OLDEST)))));
  }

  @Test
  void limitsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> registry.add(new LimitedTwice()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("other limits of key partner-api");
    assertThatThrownBy(() -> new HandlerRegistry().add(new Unlimited()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has neither a rate nor a concurrency");
  }

  @Test
  void schedulesAreThoseOfTheirClass() {
    registry.add(new Scheduled());
    registry.add(new Base());
    assertThat(registry.schedules())
        .containsOnlyKeys(Scheduled.class.getName(), Base.class.getName());
    assertThat(registry.schedules().get(Base.class.getName())).isEmpty();
    assertThat(registry.schedules().get(Scheduled.class.getName()))
        .containsExactlyInAnyOrder(
            Schedule.builder("report")
                .cron("0 3 * * *")
                .timeZone("Europe/Berlin")
                .overlap(Overlap.SKIP)
                .task(
                    TaskSpec.builder("report")
                        .queue("reports")
                        .payload(Json.of("{\"days\":7}"))
                        .build())
                .build(),
            Schedule.builder("cleaning")
                .every(Duration.ofMinutes(15))
                .task(TaskSpec.of("clean"))
                .build());
  }

  @Test
  void aScheduleThatCannotBeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.add(new NeverScheduled()))
        .withMessageContaining("NeverScheduled.never: /cron names a day that no year has");
  }

  static class Base {
    @TaskHandler("inherited")
    private String inherited() {
      return "from above";
    }

    @TaskHandler("overridden")
    String overridden() {
      return "above";
    }
  }

  private static final class Handlers extends Base {
    @TaskHandler("nothing")
    void nothing() {}

    @TaskHandler("payload")
    private String payload(String text) {
      return text + "!";
    }

    @TaskHandler("context")
    String context(TaskContext task) {
      return "context " + task;
    }

    @TaskHandler("both")
    String both(List<String> texts, TaskContext task) {
      return texts + " " + task;
    }

    @TaskHandler("turned")
    int turned(TaskContext task, int number) {
      return number + 1;
    }

    @TaskHandler("static")
    static String ofClass(String text) {
      return "static " + text;
    }

    @TaskHandler("throws")
    void fails() throws IOException {
      throw new IOException("broken");
    }

    @Override
    @TaskHandler("overriding")
    String overridden() {
      return "below";
    }

    @TaskHandler(
        value = "all",
        queue = "images",
        timeout = "5m",
        retry =
            @Retry(
                maxAttempts = 5,
                delay = "500ms",
                backoff = Backoff.LINEAR,
                maxDelay = "PT10S",
                jitter = 0))
    void all() {}
  }

  @Test
  void aMethodTakesPayloadAndContextInEitherOrderOrNothing() throws Exception {
    registry.add(new Handlers());
    assertThat(run("nothing", null)).isNull();
    assertThat(run("payload", "a")).isEqualTo("a!");
    assertThat(run("context", null)).isEqualTo("context null");
    assertThat(run("both", List.of("a"))).isEqualTo("[a] null");
    assertThat(run("turned", 1)).isEqualTo(2);
    assertThat(run("static", "a")).isEqualTo("static a");
    assertThat(registry.find("nothing").payload()).isNull();
    assertThat(registry.find("context").payload()).isNull();
    assertThat(registry.find("both").payload()).isInstanceOf(ParameterizedType.class);
    assertThat(registry.find("turned").payload()).isEqualTo(int.class);
  }

  @Test
  void inheritedMethodsCountAndOverriddenOnesDoNot() throws Exception {
    registry.add(new Handlers());
    assertThat(run("inherited", null)).isEqualTo("from above");
    assertThat(run("overriding", null)).isEqualTo("below");
    assertThat(registry.find("overridden")).isNull();
  }

  @Test
  void whatTheMethodThrowsComesOutAsItIs() {
    registry.add(new Handlers());
    assertThatThrownBy(() -> run("throws", null))
        .isInstanceOf(IOException.class)
        .hasMessage("broken");
  }

  @Test
  void theAnnotationGivesQueueTimeoutAndPolicy() {
    registry.add(new Handlers());
    Handler all = registry.find("all");
    assertThat(all.queue()).isEqualTo("images");
    assertThat(all.timeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(all.retryPolicy())
        .isEqualTo(
            new RetryPolicy(
                5, Duration.ofMillis(500), Backoff.LINEAR, 2.0, Duration.ofSeconds(10), 0));
    Handler bare = registry.find("nothing");
    assertThat(bare.queue()).isEqualTo("default");
    assertThat(bare.timeout()).isNull();
    assertThat(bare.retryPolicy()).isNull();
  }

  @Test
  void theDefaultsOfRetryAreThoseOfThePolicy() {
    registry.add(
        new Object() {
          @TaskHandler(value = "t", retry = @Retry)
          void handle() {}
        });
    assertThat(registry.find("t").retryPolicy()).isEqualTo(RetryPolicy.DEFAULT);
  }

  @Test
  void whatCannotBeAHandlerIsRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.add(new Object()))
        .withMessageContaining("no method with @TaskHandler");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @TaskHandler("t")
                      void two(String a, String b) {}
                    }))
        .withMessageContaining(".two: a handler takes a payload and a TaskContext");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @TaskHandler("not a name")
                      void named() {}
                    }))
        .withMessageContaining(".named: a handler's type is not letters");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @TaskHandler(value = "t", timeout = "soon")
                      void timed() {}
                    }))
        .withMessageContaining(".timed: not a duration");
    registry.add(Handler.of("taken", String.class, (payload, task) -> null));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @TaskHandler("taken")
                      void again() {}
                    }))
        .withMessageContaining(".again: there is a handler for taken already");
  }

  static class Deployments {
    @TaskHandler("deploy")
    void deploy() {}

    @Workflow("release")
    private WorkflowDefinition release() {
      return WorkflowDefinition.of("release", Step.task("deploy", "deploy"));
    }
  }

  @Test
  void workflowsAreRegisteredWithHandlersOrWithoutAny() {
    registry.add(new Deployments());
    registry.add(
        new Object() {
          @Workflow("other")
          WorkflowDefinition other() {
            return WorkflowDefinition.of("other", Step.approval("ok"));
          }
        });
    assertThat(registry.types()).containsExactly("deploy");
    assertThat(registry.workflows())
        .extracting(WorkflowDefinition::name)
        .containsExactly("release", "other");
  }

  @Test
  void aWorkflowThatCannotBeIsRefusedWithMethodAndField() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @Workflow("w")
                      WorkflowDefinition wrong() {
                        return WorkflowDefinition.of(
                            "w", Step.task("a", "t").timeout(Duration.ZERO));
                      }
                    }))
        .withMessageContaining(".wrong: /steps/0/timeout");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @Workflow("w")
                      WorkflowDefinition other() {
                        return WorkflowDefinition.of("v", Step.task("a", "t"));
                      }
                    }))
        .withMessageContaining(".other: is of workflow w, but returns one named v");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @Workflow("w")
                      String text() {
                        return "w";
                      }
                    }))
        .withMessageContaining(".text: a workflow's method takes nothing");
    registry.add(new Deployments());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @Workflow("release")
                      WorkflowDefinition again() {
                        return WorkflowDefinition.of("release", Step.task("a", "t"));
                      }
                    }))
        .withMessageContaining(".again: there is a workflow release already");
  }

  static final class Lists {
    @TaskHandler("plain")
    Object plain(List<Integer> numbers) {
      return numbers.size();
    }

    @TaskHandler(value = "gathered", queue = "q", timeout = "5s")
    @Gathered(size = 10, within = "2s")
    Object gathered(List<Integer> numbers) {
      return numbers;
    }

    @TaskHandler("with-contexts")
    @Gathered(size = 2, within = "1h")
    Object withContexts(List<TaskContext> tasks, List<List<String>> lines) {
      return List.of(tasks, lines);
    }
  }

  @Test
  void aHandlerMayTakeSeveralTasksAtOnce() throws Exception {
    registry.add(new Lists());
    assertThat(registry.gathered())
        .isEqualTo(
            Map.of(
                "gathered", new Gathering(10, Duration.ofSeconds(2)),
                "with-contexts", new Gathering(2, Duration.ofHours(1))));
    Handler gathered = registry.find("gathered");
    assertThat(gathered.queue()).isEqualTo("q");
    assertThat(gathered.timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(gathered.payload()).isEqualTo(Integer.class);
    assertThat(together("gathered", List.of(1, 2), List.of())).isEqualTo(List.of(1, 2));
    assertThat(registry.find("with-contexts").payload())
        .isInstanceOfSatisfying(
            ParameterizedType.class, type -> assertThat(type.getRawType()).isEqualTo(List.class));
    List<TaskContext> tasks = List.of(Attempts.live("t"));
    List<Object> payloads = List.of(List.of("line"));
    assertThat(together("with-contexts", payloads, tasks)).isEqualTo(List.of(tasks, payloads));
    // Without the annotation a list is what one task has as its payload.
    assertThat(run("plain", List.of(1, 2))).isEqualTo(2);
  }

  private Object together(String type, List<Object> payloads, List<TaskContext> tasks)
      throws Exception {
    return ((Handler.Together) registry.find(type).function()).function().run(payloads, tasks);
  }

  @Test
  void whatIsGatheredIsTakenAsAList() {
    for (Object wrong :
        List.of(
            new Object() {
              @TaskHandler("t")
              @Gathered(size = 2, within = "1s")
              void one(Integer number) {}
            },
            new Object() {
              @TaskHandler("t")
              @Gathered(size = 2, within = "1s")
              void contexts(List<TaskContext> tasks) {}
            },
            new Object() {
              @TaskHandler("t")
              @Gathered(size = 2, within = "1s")
              void context(List<Integer> numbers, TaskContext task) {}
            },
            new Object() {
              @TaskHandler("t")
              @Gathered(size = 2, within = "1s")
              void nothing() {}
            })) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> registry.add(wrong))
          .withMessageContaining("a handler with @Gathered takes a List of payloads");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    new Object() {
                      @TaskHandler("t")
                      @Gathered(size = 1, within = "1s")
                      void one(List<Integer> numbers) {}
                    }))
        .withMessageContaining("size is 1, not 2 to 100");
  }
}
