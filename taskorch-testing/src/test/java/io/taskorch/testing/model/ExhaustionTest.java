package io.taskorch.testing.model;

import static io.taskorch.testing.model.Action.End.FAILS;
import static io.taskorch.testing.model.Action.End.RELEASES;
import static io.taskorch.testing.model.Action.End.RETRIES;
import static io.taskorch.testing.model.Action.End.SNOOZES;
import static io.taskorch.testing.model.Action.End.SUCCEEDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.store.TaskStore.Heartbeat;
import io.taskorch.store.TaskStore.Settled;
import io.taskorch.task.Lease;
import io.taskorch.task.Priority;
import io.taskorch.task.TaskState;
import io.taskorch.testing.model.Action.Draft;
import io.taskorch.testing.model.Action.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every verb from every state, once and twice. The model says what it leads to; what the state
 * machine does not have leaves every key as it was, byte for byte.
 */
class ExhaustionTest {

  private static final Duration NONE = Duration.ofMillis(-1);
  private static final Draft PLAIN = new Draft(0, 0, Priority.NORMAL, NONE, NONE, NONE, false);
  private static final Draft LATER =
      new Draft(0, 0, Priority.NORMAL, Duration.ofSeconds(4), NONE, NONE, false);

  private static final Action CLAIM =
      new Action.ClaimTasks(0, List.of(0), Set.of(0), 1, 0, Duration.ofSeconds(30));
  private static final Action CLAIM_OTHER_TYPES =
      new Action.ClaimTasks(0, List.of(0), Set.of(1), 1, 0, Duration.ofSeconds(30));

  private static Action enqueue(Draft draft) {
    return new Action.Enqueue(List.of(draft));
  }

  private static Action settle(End end) {
    return new Action.Settle(List.of(0), List.of(end));
  }

  private static Action advance(int seconds) {
    return new Action.Advance(Duration.ofSeconds(seconds));
  }

  /** How the task at index 0 gets where it is. */
  enum Stage {
    SCHEDULED(TaskState.SCHEDULED, enqueue(LATER)),
    SCHEDULED_AND_DUE(TaskState.SCHEDULED, enqueue(LATER), advance(4)),
    PENDING(TaskState.PENDING, enqueue(PLAIN)),
    PENDING_ASIDE(TaskState.PENDING, enqueue(PLAIN), CLAIM_OTHER_TYPES),
    PENDING_RELEASED(TaskState.PENDING, enqueue(PLAIN), CLAIM, settle(RELEASES)),
    PENDING_OLD(TaskState.PENDING, enqueue(PLAIN), advance(60)),
    RUNNING(TaskState.RUNNING, enqueue(PLAIN), CLAIM),
    RUNNING_CANCEL_REQUESTED(TaskState.RUNNING, enqueue(PLAIN), CLAIM, new Action.Cancel(0)),
    RUNNING_EXPIRED(TaskState.RUNNING, enqueue(PLAIN), CLAIM, advance(31)),
    SNOOZED(TaskState.SCHEDULED, enqueue(PLAIN), CLAIM, settle(SNOOZES)),
    RETRYING(TaskState.RETRYING, enqueue(PLAIN), CLAIM, settle(RETRIES)),
    RETRYING_AND_DUE(TaskState.RETRYING, enqueue(PLAIN), CLAIM, settle(RETRIES), advance(5)),
    SUCCEEDED(TaskState.SUCCEEDED, enqueue(PLAIN), CLAIM, settle(SUCCEEDS)),
    SUCCEEDED_LONG_AGO(
        TaskState.SUCCEEDED, enqueue(PLAIN), CLAIM, settle(SUCCEEDS), advance(86_401)),
    FAILED(TaskState.FAILED, enqueue(PLAIN), CLAIM, settle(FAILS)),
    CANCELLED(TaskState.CANCELLED, enqueue(PLAIN), new Action.Cancel(0)),
    STEP_BLOCKED(TaskState.BLOCKED, runOfTwo()) {
      @Override
      int target() {
        return 1;
      }
    },
    STEP_PENDING(TaskState.PENDING, runOfTwo()),
    STEP_RUNNING(TaskState.RUNNING, runOfTwo(), CLAIM),
    STEP_SUCCEEDED(TaskState.SUCCEEDED, runOfTwo(), CLAIM, settle(SUCCEEDS)),
    STEP_FAILED(TaskState.FAILED, runOfTwo(), CLAIM, settle(FAILS)),
    STEP_CANCELLED(TaskState.CANCELLED, runOfTwo(), new Action.CancelRun(0));

    private final TaskState state;
    private final List<Action> way;

    Stage(TaskState state, Action... way) {
      this.state = state;
      this.way = List.of(way);
    }

    int target() {
      return 0;
    }

    private static Action runOfTwo() {
      return new Action.StartRun(List.of(Set.of(), Set.of(0)), List.of(PLAIN));
    }
  }

  private static Action deed(String verb, int target) {
    return switch (verb) {
      case "enqueue again" -> new Action.EnqueueAgain(target, LATER);
      case "claim" -> CLAIM;
      case "claim other types" -> CLAIM_OTHER_TYPES;
      case "heartbeat" -> new Action.Beat(List.of(0), Duration.ofSeconds(30));
      case "progress" -> new Action.Report(0, 25);
      case "log" -> new Action.Log(0, 2);
      case "cancel" -> new Action.Cancel(target);
      case "retry" -> new Action.Retry(target);
      case "run now" -> new Action.RunNow(target);
      case "delete" -> new Action.Delete(target);
      case "promote" -> new Action.Promote();
      case "reap" -> new Action.Reap(Duration.ZERO);
      case "prune" -> new Action.Prune(Duration.ZERO);
      case "fail unhandled" -> new Action.FailUnhandled(0, Set.of(1), Duration.ofSeconds(5));
      case "pause" -> new Action.Pause(0);
      case "resume" -> new Action.Resume(0);
      case "purge" -> new Action.Purge(0);
      case "cancel run" -> new Action.CancelRun(0);
      case "retry run" -> new Action.RetryRun(0);
      default ->
          new Action.SettleStale(
              List.of(0), List.of(End.valueOf(verb.substring("settle ".length()))));
    };
  }

  private static List<String> verbs() {
    List<String> verbs =
        new ArrayList<>(
            List.of(
                "enqueue again",
                "claim",
                "claim other types",
                "heartbeat",
                "progress",
                "log",
                "cancel",
                "retry",
                "run now",
                "delete",
                "promote",
                "reap",
                "prune",
                "fail unhandled",
                "pause",
                "resume",
                "purge",
                "cancel run",
                "retry run"));
    for (End end : End.values()) {
      verbs.add("settle " + end);
    }
    return verbs;
  }

  static Stream<Arguments> everyVerbInEveryStage() {
    return Arrays.stream(Stage.values())
        .flatMap(stage -> verbs().stream().map(verb -> Arguments.of(stage, verb)));
  }

  private static Trial trial;

  @BeforeAll
  static void open() {
    trial = Trial.open(Map.of());
  }

  @AfterAll
  static void close() {
    trial.close();
  }

  @ParameterizedTest(name = "{1} when {0}")
  @MethodSource("everyVerbInEveryStage")
  void aVerbLeadsWhereTheModelSays(Stage stage, String verb) {
    Sides sides = trial.begin();
    stage.way.forEach(sides::call);
    String id = sides.world.anyTask(stage.target());
    TaskState before = sides.model.partition.tasks.get(id).state;
    assertThat(before).isEqualTo(stage.state);
    if (sides.world.anyLease(0) == null) {
      sides.world.addLease(new Lease(id, 0, sides.world.newNonce()));
    }
    Snapshot untouched = Snapshot.of(trial.namespace());

    Object answer = sides.perform(deed(verb, stage.target()));
    sides.compare();

    ModelTask task = sides.model.partition.tasks.get(id);
    if (task != null && task.state != before) {
      assertThat(isInTheTable(before, task.state)).isTrue();
    }
    Snapshot once = Snapshot.of(trial.namespace());
    if (isRefusal(answer)) {
      assertThat(once.changedSince(untouched, "")).as("a refusal writes nothing").isEmpty();
    }
    sides.perform(new Action.RepeatLast());
    // progress that is told twice is shown twice
    assertThat(
            Snapshot.of(trial.namespace())
                .changedSince(once, verb.equals("progress") ? "events" : ""))
        .as("a repeat writes nothing")
        .isEmpty();
  }

  /** A claim makes ready what is due, and then takes it. */
  private static boolean isInTheTable(TaskState from, TaskState to) {
    return from.canBecome(to)
        || EnumSet.of(TaskState.SCHEDULED, TaskState.RETRYING).contains(from)
            && to == TaskState.RUNNING;
  }

  private static boolean isRefusal(Object answer) {
    return answer instanceof Call.Refused
        || Boolean.FALSE.equals(answer)
        || answer instanceof List<?> answers && answers.stream().allMatch(ExhaustionTest::isLost);
  }

  private static boolean isLost(Object answer) {
    return switch (answer) {
      case Settled settled -> settled.leaseLost();
      case Heartbeat beat -> beat == Heartbeat.LOST;
      case Enqueued enqueued -> !enqueued.created();
      default -> false;
    };
  }

  @Test
  void everyStateThatCanBeReachedIsAStage() {
    Set<TaskState> staged =
        Arrays.stream(Stage.values()).map(s -> s.state).collect(Collectors.toSet());
    // a step is skipped by a condition, which plain workflows do not have
    assertThat(staged).isEqualTo(EnumSet.complementOf(EnumSet.of(TaskState.SKIPPED)));
  }
}
