package io.taskorch.testing.model;

import static io.taskorch.task.Priority.CRITICAL;
import static io.taskorch.task.Priority.HIGH;
import static io.taskorch.task.Priority.LOW;
import static io.taskorch.task.Priority.NORMAL;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.Priority;
import io.taskorch.testing.model.Action.Advance;
import io.taskorch.testing.model.Action.Cancel;
import io.taskorch.testing.model.Action.CancelRun;
import io.taskorch.testing.model.Action.ClaimTasks;
import io.taskorch.testing.model.Action.Draft;
import io.taskorch.testing.model.Action.End;
import io.taskorch.testing.model.Action.Enqueue;
import io.taskorch.testing.model.Action.Promote;
import io.taskorch.testing.model.Action.Retry;
import io.taskorch.testing.model.Action.RetryRun;
import io.taskorch.testing.model.Action.Settle;
import io.taskorch.testing.model.Action.StartRun;
import io.taskorch.testing.model.Action.WithLostReply;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sequences that once led Redis and the model apart, named for what was wrong. */
class RegressionTest {

  private static final Duration NONE = Duration.ofMillis(-1);
  private static final Duration LEASE = Duration.ofSeconds(30);

  /** A draft in queue 0. */
  private static Draft draft(int type, Priority priority) {
    return new Draft(0, type, priority, NONE, NONE, NONE, false);
  }

  private static Draft delayed(Draft draft, int seconds) {
    return new Draft(
        draft.queue(),
        draft.type(),
        draft.priority(),
        Duration.ofSeconds(seconds),
        NONE,
        NONE,
        false);
  }

  private static Draft startBefore(Draft draft, int seconds) {
    return new Draft(
        draft.queue(),
        draft.type(),
        draft.priority(),
        NONE,
        Duration.ofSeconds(seconds),
        NONE,
        false);
  }

  private static Enqueue enqueue(Draft... drafts) {
    return new Enqueue(List.of(drafts));
  }

  /**
   * @param shares 0: all to the highest priority, 1: all to the lowest, 2: evenly
   */
  private static ClaimTasks claim(Set<Integer> types, int most, int shares) {
    return new ClaimTasks(0, List.of(0, 1), types, most, shares, LEASE);
  }

  private static Advance seconds(int seconds) {
    return new Advance(Duration.ofSeconds(seconds));
  }

  private static Settle settle(End... ends) {
    return new Settle(
        Stream.iterate(0, n -> n + 1).limit(ends.length).toList(), Arrays.asList(ends));
  }

  static Stream<Arguments> sequences() {
    return Stream.of(
        Arguments.of("the clock is told where there is no queue yet", List.of(new Promote())),
        Arguments.of(
            "a new task is answered without the delay that its due time replaces",
            List.of(enqueue(delayed(draft(0, NORMAL), 4)))),
        Arguments.of(
            "a call whose reply is lost is made again",
            List.of(
                enqueue(draft(0, NORMAL)),
                new Cancel(0),
                new WithLostReply(new Retry(0)),
                new WithLostReply(claim(Set.of(0), 1, 0)))),
        Arguments.of(
            "the lowest priority has its share behind one task of a higher",
            List.of(enqueue(draft(0, LOW), draft(0, HIGH), draft(0, LOW)), claim(Set.of(0), 2, 1))),
        Arguments.of(
            "a share is that of the whole claim, though it looks several times",
            List.of(
                enqueue(draft(1, CRITICAL), draft(0, CRITICAL), draft(0, CRITICAL), draft(0, LOW)),
                claim(Set.of(0), 3, 2))),
        Arguments.of(
            "a lane does not hide the priorities in between",
            List.of(
                enqueue(draft(1, CRITICAL), draft(1, CRITICAL), draft(1, LOW)),
                claim(Set.of(0), 3, 0),
                enqueue(draft(0, CRITICAL), draft(0, NORMAL), draft(1, CRITICAL), draft(0, HIGH)),
                claim(Set.of(0, 1), 3, 2))),
        Arguments.of(
            "tasks step aside only up to the first that the worker can run, in a lane too",
            List.of(
                enqueue(draft(1, NORMAL)),
                claim(Set.of(0), 1, 0),
                enqueue(draft(0, NORMAL)),
                new Cancel(0),
                enqueue(draft(0, NORMAL), draft(1, NORMAL), draft(0, NORMAL)),
                claim(Set.of(0), 1, 0),
                claim(Set.of(1), 1, 0))),
        Arguments.of(
            "what has expired ends and does not step aside",
            List.of(
                enqueue(draft(1, HIGH), startBefore(draft(1, HIGH), 3), draft(1, HIGH)),
                seconds(31),
                claim(Set.of(0), 2, 2))),
        Arguments.of(
            "what is due becomes ready by its time, scheduled or retrying",
            List.of(
                enqueue(draft(0, NORMAL)),
                claim(Set.of(0), 1, 0),
                settle(End.RETRIES),
                enqueue(delayed(draft(0, NORMAL), 10), delayed(draft(0, NORMAL), 3)),
                seconds(20),
                new Promote())),
        Arguments.of(
            "a step that was never released shows no due time, and is delayed after a retry too",
            List.of(
                new StartRun(
                    List.of(Set.of(), Set.of(0)),
                    List.of(draft(0, NORMAL), delayed(draft(0, NORMAL), 4))),
                claim(Set.of(0), 1, 0),
                settle(End.FAILS),
                new RetryRun(0),
                claim(Set.of(0), 1, 0),
                settle(End.SUCCEEDS))),
        Arguments.of(
            "a running step of a cancelled run ends for the reason of the run",
            List.of(
                new StartRun(List.of(Set.of(), Set.of(0)), List.of(draft(0, NORMAL))),
                claim(Set.of(0), 1, 0),
                new CancelRun(0),
                settle(End.RELEASES))),
        Arguments.of(
            "steps of one call become ready in their order",
            List.of(
                new StartRun(
                    List.of(Set.of(), Set.of(), Set.of(1), Set.of(0)), List.of(draft(0, NORMAL))),
                claim(Set.of(0), 2, 0),
                new Settle(List.of(1, 0), List.of(End.SUCCEEDS)))));
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("sequences")
  void staysMended(String what, List<Action> actions) {
    assertThat(trial.failureOf(actions)).isEmpty();
  }
}
