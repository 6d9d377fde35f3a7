package io.taskorch.testing.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.TaskSpec;
import io.taskorch.testing.ManualClock;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * 1,000 groups of one queue, of weights 1 to 10 and unequal lengths: the first ones always have
 * tasks, the others run empty and come back. Beside them a group with a single task comes now and
 * then. Every task that is claimed counts for its group.
 *
 * <p>A round is as many turns as the groups have weights. A window, from any call to any later one,
 * is as fair as it can be when there is a number of rounds of which each group has had its turns,
 * give or take one: a turn is a whole task. Those that ran empty may have had fewer.
 */
final class FairTrial implements AutoCloseable {

  private static final int GROUPS = 1_000;

  /** As many of them never run empty. */
  private static final int STEADY = 850;

  private static final int MOST_WEIGHT = 10;

  /** A steady group of which fewer wait gets more: one call may take the turns of a round. */
  private static final int FEW = MOST_WEIGHT + 2;

  /** Windows begin at every tenth call. */
  private static final int CALLS_APART = 10;

  private static final String QUEUE = TaskSpec.DEFAULT_QUEUE;

  private final TestNamespace namespace = TestNamespace.open(TestRedis.uri(), 1);
  private final Stores stores = namespace.stores();
  private final ManualClock clock = namespace.clock();
  private final Random random;
  private final Map<String, Integer> places = new HashMap<>();
  private final int[] weights = new int[GROUPS];
  private final int[] waiting = new int[GROUPS];
  private final int[] served = new int[GROUPS];

  /** What each group had had when a window began, and when a newcomer came. */
  private final List<int[]> windows = new ArrayList<>();

  private final Map<String, int[]> newcomers = new HashMap<>();

  private final List<NewTask> submitted = new ArrayList<>();
  private int comes;
  private int came;
  private double turnsApart;
  private double roundsApart;
  private double longestWait;

  FairTrial(long seed) {
    this.random = new Random(seed);
    clock.stop();
    Map<String, Integer> byGroup = new HashMap<>();
    for (int i = 0; i < GROUPS; i++) {
      String group = String.format(Locale.ROOT, "g%03d", i);
      places.put(group, i);
      weights[i] = 1 + random.nextInt(MOST_WEIGHT);
      byGroup.put(group, weights[i]);
    }
    stores.limits().limitQueue(QUEUE, QueueLimits.of(GroupLimits.ofWeights(byGroup)));
  }

  /** So many claims count, once each group that never runs empty has had a turn. */
  void run(int claims) {
    while (Arrays.stream(served, 0, STEADY).min().orElse(0) < 1) {
      step();
    }
    Arrays.fill(served, 0);
    newcomers.clear();
    int counted = 0;
    for (int call = 0; counted < claims; call++) {
      if (call % CALLS_APART == 0) {
        windows.add(served.clone());
        while (stores.upkeep().prune(0, Duration.ZERO) > 0) {}
      }
      counted += step();
      windows.forEach(this::look);
    }
  }

  private int step() {
    submitMore();
    int most = random.nextBoolean() ? ClaimRequest.MOST : 1 + random.nextInt(ClaimRequest.MOST);
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    List<Leased> leased =
        stores
            .tasks()
            .claim(
                new ClaimRequest(
                    "w1",
                    Base64.getUrlEncoder().withoutPadding().encodeToString(nonce),
                    0,
                    List.of(QUEUE),
                    Set.of("t"),
                    most,
                    List.of(most, 0, 0, 0),
                    Duration.ofMinutes(1)))
            .leased();
    assertThat(leased).hasSize(most);
    leased.forEach(one -> count(String.valueOf(one.task().spec().flow().group())));
    stores
        .tasks()
        .settle(
            leased.stream()
                .map(one -> new Settlement(one.lease(), new Outcome.Succeeded(Json.of("1"))))
                .toList());
    clock.advance(Duration.ofMillis(most));
    return leased.size();
  }

  private void submitMore() {
    for (Map.Entry<String, Integer> group : places.entrySet()) {
      int place = group.getValue();
      if (place < STEADY && waiting[place] < FEW) {
        submit(group.getKey(), FEW + random.nextInt(60));
      } else if (place >= STEADY && waiting[place] == 0 && random.nextInt(20) == 0) {
        submit(group.getKey(), 1 + random.nextInt(5));
      }
    }
    if (random.nextInt(5) == 0) {
      String group = "newcomer-" + comes++;
      newcomers.put(group, served.clone());
      submitted.add(newTask(group));
    }
    var unused = stores.tasks().enqueue(submitted);
    submitted.clear();
  }

  private void submit(String group, int tasks) {
    for (int i = 0; i < tasks; i++) {
      submitted.add(newTask(group));
    }
    waiting[places.get(group)] += tasks;
  }

  private NewTask newTask(String group) {
    return new NewTask(
        stores.partitions().newId(0, clock.instant()),
        TaskSpec.builder("t").group(group).retention(Duration.ZERO).build());
  }

  private void count(String group) {
    Integer place = places.get(group);
    if (place != null) {
      served[place]++;
      waiting[place]--;
      assertThat(place < STEADY && waiting[place] < 1).as("%s has run empty", group).isFalse();
      return;
    }
    int[] before = newcomers.remove(group);
    if (before != null) {
      came++;
      for (int i = 0; i < STEADY; i++) {
        int turns = served[i] - before[i];
        assertThat(turns)
            .as("turns of a group of weight %s while %s waited", weights[i], group)
            .isLessThanOrEqualTo(weights[i] + 1);
        longestWait = Math.max(longestWait, (turns - 1.0) / weights[i]);
      }
    }
  }

  private void look(int[] before) {
    while (!isFair(before, turnsApart)) {
      turnsApart += 0.001;
    }
    double least = Double.MAX_VALUE;
    double most = 0;
    for (int i = 0; i < STEADY; i++) {
      double rounds = (double) (served[i] - before[i]) / weights[i];
      least = Math.min(least, rounds);
      most = Math.max(most, rounds);
    }
    roundsApart = Math.max(roundsApart, most - least);
  }

  /** Whether there is a number of rounds of which no group is further off than by some turns. */
  private boolean isFair(int[] before, double turns) {
    double least = 0;
    double most = Double.MAX_VALUE;
    for (int i = 0; i < GROUPS; i++) {
      int had = served[i] - before[i];
      least = Math.max(least, (had - turns) / weights[i]);
      if (i < STEADY) {
        most = Math.min(most, (had + turns) / weights[i]);
      }
    }
    return least <= most;
  }

  /** By how many turns a group was off in the worst window. */
  double turnsApart() {
    return turnsApart;
  }

  /** How far a group that never ran empty is off its share of all claims, 0.01 for one percent. */
  double worstShare() {
    double all = Arrays.stream(served, 0, STEADY).asLongStream().sum();
    double sum = Arrays.stream(weights, 0, STEADY).asLongStream().sum();
    double worst = 0;
    for (int i = 0; i < STEADY; i++) {
      worst = Math.max(worst, Math.abs(served[i] / (all * weights[i] / sum) - 1));
    }
    return worst;
  }

  /** How many groups came with a single task. */
  int came() {
    return came;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "share off by %.2f %% at worst; worst window %.3f turns off, %.2f rounds between two"
            + " groups; %d newcomers waited for %.2f rounds at most",
        100 * worstShare(),
        turnsApart,
        roundsApart,
        came,
        longestWait);
  }

  @Override
  public void close() {
    namespace.close();
  }
}
