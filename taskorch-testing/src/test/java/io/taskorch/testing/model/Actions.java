package io.taskorch.testing.model;

import io.taskorch.task.Priority;
import io.taskorch.testing.model.Action.Draft;
import io.taskorch.testing.model.Action.End;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Draws sequences of actions, with weights that let tasks live long enough to meet each other. */
final class Actions {

  private static final Duration NONE = Duration.ofMillis(-1);

  private Actions() {}

  static Arbitrary<List<Action>> sequences(int longest) {
    Arbitrary<Action> plain =
        Arbitraries.frequencyOf(
            Tuple.of(12, enqueue()),
            Tuple.of(1, enqueueAgain()),
            Tuple.of(14, claim()),
            Tuple.of(10, settle()),
            Tuple.of(3, settleStale()),
            Tuple.of(3, beat()),
            Tuple.of(2, report()),
            Tuple.of(2, log()),
            Tuple.of(3, number().map(Action.Cancel::new)),
            Tuple.of(3, number().map(Action.Retry::new)),
            Tuple.of(2, number().map(Action.RunNow::new)),
            Tuple.of(2, delete()),
            Tuple.of(3, Arbitraries.just(new Action.Promote())),
            Tuple.of(6, grace().map(Action.Reap::new)),
            Tuple.of(2, prune()),
            Tuple.of(2, failUnhandled()),
            Tuple.of(1, queue().map(Action.Pause::new)),
            Tuple.of(2, queue().map(Action.Resume::new)),
            Tuple.of(1, queue().map(Action.Purge::new)),
            Tuple.of(3, startRun()),
            Tuple.of(1, number().map(Action.CancelRun::new)),
            Tuple.of(2, number().map(Action.RetryRun::new)),
            Tuple.of(12, advance()),
            Tuple.of(2, Arbitraries.just(new Action.RepeatLast())));
    Arbitrary<List<Action>> alone =
        Arbitraries.frequencyOf(
                Tuple.of(50, plain), Tuple.of(1, plain.map(Action.WithLostReply::new)))
            .map(List::of);
    Arbitrary<List<Action>> twice = plain.map(action -> List.of(action, new Action.RepeatLast()));
    return Arbitraries.frequencyOf(
            Tuple.of(20, alone),
            Tuple.of(4, twice),
            Tuple.of(2, scene(claim(), settle())),
            Tuple.of(1, scene(claim(), expiry(), reap(), reap())),
            Tuple.of(1, scene(claim(), expiry(), reap(), claim(), settleStale())),
            Tuple.of(1, scene(claim(), stop(), Arbitraries.oneOf(settle(), expiry()), reap())),
            Tuple.of(1, scene(claim(), beat(), fourSeconds(), reap())),
            Tuple.of(1, scene(enqueue(), claim(), succeedTogether())),
            Tuple.of(1, scene(enqueueAlike(), claimAll(), succeedTogether(), delete(), delete())),
            Tuple.of(1, scene(enqueueAlike(), claimAll(), succeedTogether(), delete(), prune())),
            Tuple.of(1, scene(claim(), log(), repeat())),
            Tuple.of(1, scene(startRun(), claim(), number().map(Action.CancelRun::new))))
        .list()
        .ofMinSize(1)
        .ofMaxSize(longest)
        .withSizeDistribution(RandomDistribution.uniform())
        .map(parts -> parts.stream().flatMap(List::stream).toList());
  }

  /** What chance alone would seldom put together. */
  @SafeVarargs
  private static Arbitrary<List<Action>> scene(Arbitrary<? extends Action>... actions) {
    return Combinators.combine(
            List.<Arbitrary<? extends Action>>of(actions).stream()
                .map(action -> action.map(a -> (Action) a))
                .toList())
        .as(list -> list);
  }

  private static Arbitrary<Action> expiry() {
    return Arbitraries.just(new Action.Advance(Duration.ofSeconds(31)));
  }

  /** Longer than the short lease, and no jump of the clock in the reaper's eyes. */
  private static Arbitrary<Action> fourSeconds() {
    return Arbitraries.just(new Action.Advance(Duration.ofSeconds(4)));
  }

  private static Arbitrary<Action> succeedTogether() {
    return number()
        .list()
        .ofMinSize(2)
        .ofMaxSize(4)
        .uniqueElements()
        .map(leases -> new Action.Settle(leases, List.of(End.SUCCEEDS)));
  }

  private static Arbitrary<Action> delete() {
    return number().map(Action.Delete::new);
  }

  private static Arbitrary<Action> prune() {
    return Arbitraries.of(Duration.ZERO, days(1), days(29)).map(Action.Prune::new);
  }

  private static Arbitrary<Action> reap() {
    return Arbitraries.just(new Action.Reap(Duration.ZERO));
  }

  private static Arbitrary<Action> stop() {
    return number().map(Action.CancelRunning::new);
  }

  private static Arbitrary<Action> repeat() {
    return Arbitraries.just(new Action.RepeatLast());
  }

  private static Arbitrary<Integer> number() {
    return Arbitraries.integers().between(0, 30);
  }

  private static Arbitrary<Integer> queue() {
    return Arbitraries.frequency(Tuple.of(3, 0), Tuple.of(1, 1));
  }

  private static Arbitrary<Set<Integer>> types() {
    return Arbitraries.of(Set.of(0, 1), Set.of(0), Set.of(1));
  }

  private static Duration days(int days) {
    return Duration.ofDays(days);
  }

  private static Arbitrary<Duration> lease() {
    return Arbitraries.of(Duration.ofSeconds(30), Duration.ofSeconds(3));
  }

  private static Arbitrary<Duration> grace() {
    return Arbitraries.of(Duration.ZERO, Duration.ofSeconds(30));
  }

  private static Arbitrary<Draft> draft() {
    return Combinators.combine(
            queue(),
            Arbitraries.of(0, 0, 1),
            Arbitraries.of(Priority.class),
            Arbitraries.frequency(
                Tuple.of(6, NONE),
                Tuple.of(1, Duration.ZERO),
                Tuple.of(2, Duration.ofSeconds(4)),
                Tuple.of(1, Duration.ofHours(2))),
            Arbitraries.frequency(Tuple.of(6, NONE), Tuple.of(1, Duration.ofSeconds(3))),
            Arbitraries.frequency(
                Tuple.of(6, NONE), Tuple.of(1, Duration.ofSeconds(4)), Tuple.of(1, Duration.ZERO)),
            Arbitraries.of(false, false, true))
        .as(Draft::new);
  }

  private static Arbitrary<Action> enqueue() {
    return draft().list().ofMinSize(1).ofMaxSize(4).map(Action.Enqueue::new);
  }

  /** Some that may share a member of an index one day. */
  private static Arbitrary<Action> enqueueAlike() {
    return draft().map(draft -> new Action.Enqueue(List.of(draft, draft, draft)));
  }

  private static Arbitrary<Action> enqueueAgain() {
    return Combinators.combine(number(), draft()).as(Action.EnqueueAgain::new);
  }

  private static Arbitrary<Action> claim() {
    return Combinators.combine(
            Arbitraries.of(0, 1),
            Arbitraries.of(List.of(0, 1), List.of(0, 1), List.of(1, 0), List.of(0), List.of(1)),
            types(),
            Arbitraries.of(1, 1, 2, 3, 4, 10),
            Arbitraries.of(0, 1, 2),
            lease())
        .as(Action.ClaimTasks::new);
  }

  private static Arbitrary<Action> claimAll() {
    return Arbitraries.of(0, 2)
        .map(
            shares ->
                new Action.ClaimTasks(
                    0, List.of(0, 1), Set.of(0, 1), 10, shares, Duration.ofSeconds(30)));
  }

  private static Arbitrary<List<Integer>> someLeases() {
    return number().list().ofMinSize(1).ofMaxSize(3).uniqueElements();
  }

  private static Arbitrary<List<End>> ends() {
    return Arbitraries.of(End.class).list().ofSize(3);
  }

  private static Arbitrary<Action> settle() {
    return Combinators.combine(someLeases(), ends()).as(Action.Settle::new);
  }

  private static Arbitrary<Action> settleStale() {
    return Combinators.combine(someLeases(), ends()).as(Action.SettleStale::new);
  }

  private static Arbitrary<Action> beat() {
    return Combinators.combine(someLeases(), lease()).as(Action.Beat::new);
  }

  private static Arbitrary<Action> report() {
    return Combinators.combine(number(), Arbitraries.of(0, 25, 100)).as(Action.Report::new);
  }

  private static Arbitrary<Action> log() {
    return Combinators.combine(number(), Arbitraries.of(1, 3)).as(Action.Log::new);
  }

  private static Arbitrary<Action> failUnhandled() {
    return Combinators.combine(
            queue(), types(), Arbitraries.of(Duration.ZERO, Duration.ofSeconds(5)))
        .as(Action.FailUnhandled::new);
  }

  private static Arbitrary<Action> startRun() {
    Arbitrary<Set<Integer>> upstream = Arbitraries.integers().between(0, 5).set().ofMaxSize(2);
    return Combinators.combine(
            upstream.list().ofMinSize(1).ofMaxSize(6), draft().list().ofMinSize(1).ofMaxSize(3))
        .as(Action.StartRun::new);
  }

  private static Arbitrary<Action> advance() {
    return Arbitraries.frequency(
            Tuple.of(3, Duration.ofMillis(1)),
            Tuple.of(6, Duration.ofSeconds(1)),
            Tuple.of(6, Duration.ofSeconds(4)),
            Tuple.of(4, Duration.ofSeconds(30)),
            Tuple.of(2, Duration.ofHours(2)),
            Tuple.of(1, Duration.ofDays(1)),
            Tuple.of(1, Duration.ofDays(30)))
        .map(Action.Advance::new);
  }
}
