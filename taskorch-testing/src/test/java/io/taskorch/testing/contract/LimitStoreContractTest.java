package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.Limited;
import io.taskorch.limit.Limits;
import io.taskorch.limit.OnLimit;
import io.taskorch.limit.QueueInUseException;
import io.taskorch.limit.QueueLimits;
import io.taskorch.limit.RateLimit;
import io.taskorch.store.LimitStore;
import io.taskorch.store.LimitStore.Declaration;
import io.taskorch.store.LimitStore.GroupView;
import io.taskorch.store.LimitStore.LimitPage;
import io.taskorch.store.LimitStore.LimitedKey;
import io.taskorch.store.LimitStore.LimitedQueue;
import io.taskorch.store.LimitStore.Use;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class LimitStoreContractTest extends Contract {

  private static final RateLimit RATE = new RateLimit(100, Duration.ofMinutes(1), 20);
  private static final Limits LIMITS = new Limits(RATE, 10, OnLimit.CANCEL_OLDEST);
  private static final GroupLimits PER_GROUP =
      new GroupLimits(
          RateLimit.of(5, Duration.ofSeconds(1)), 2, 1_000, Map.of("tenant-7", 3, "tenant-8", 100));

  private LimitStore limits() {
    return stores.limits();
  }

  private String key(int partition, String name) {
    return "{" + namespace.name() + ":" + partition + "}:" + name;
  }

  private int partition(String name) {
    return stores.partitions().of(name);
  }

  /** What claims read of a gate in a partition; null for nothing. */
  private String gate(int partition, String field) {
    return namespace.raw().text("HGET", key(partition, "gates"), field);
  }

  private void park(int partition, String gate) {
    namespace.raw().call("ZADD", key(partition, "parking"), "+inf", gate);
  }

  /** When somebody looks at what is parked for a gate. */
  private String parked(int partition, String gate) {
    return namespace.raw().text("ZSCORE", key(partition, "parking"), gate);
  }

  /** A bucket that is full again after a time. */
  private void fill(int partition, String gate, Duration until) {
    long micros = clock.instant().plus(until).toEpochMilli() * 1000;
    namespace.raw().call("SET", key(partition, "bucket:" + gate), micros);
  }

  private boolean hasBucket(int partition, String gate) {
    return namespace.raw().number("EXISTS", key(partition, "bucket:" + gate)) == 1;
  }

  @Nested
  class OfAKey {

    private final Limited.Key partner = new Limited.Key("partner-api");

    @Test
    void areReadBackAsTheyWere() {
      for (Limits set :
          List.of(
              LIMITS,
              Limits.ofConcurrency(1_000_000),
              Limits.ofRate(new RateLimit(1, Duration.ofDays(1), 1_000_000)),
              new Limits(RATE, null, OnLimit.DROP_NEW))) {
        limits().limitKey("partner-api", set);
        assertThat(limits().findKey("partner-api")).map(LimitedKey::limits).contains(set);
      }
      assertThat(limits().findKey("partner")).isEmpty();
    }

    @Test
    void areWhatClaimsRead() {
      limits().limitKey("partner-api", LIMITS);
      assertThat(gate(partition("partner-api"), "l:partner-api")).isEqualTo("10 100 60000 20 c");
      limits().limitKey("partner-api", Limits.ofConcurrency(3));
      assertThat(gate(partition("partner-api"), "l:partner-api")).isEqualTo("3 - - - w");
    }

    @Test
    void canBeTakenAway() {
      limits().limitKey("partner-api", LIMITS);
      limits().freeKey("partner-api");
      limits().freeKey("partner-api");
      assertThat(limits().findKey("partner-api")).isEmpty();
      assertThat(limits().list(10, null).keys()).isEmpty();
      assertThat(keys()).noneMatch(key -> key.endsWith("gates") || key.endsWith("limits"));
    }

    @Test
    void areListedByName() {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < 25; i++) {
        limits().limitKey("key-" + i, Limits.ofConcurrency(i + 1));
        names.add("key-" + i);
      }
      List<LimitedKey> listed = new ArrayList<>();
      String cursor = null;
      do {
        LimitPage page = limits().list(10, cursor);
        assertThat(page.keys()).hasSizeBetween(1, 10);
        listed.addAll(page.keys());
        cursor = page.nextCursor().orElse(null);
      } while (cursor != null);
      assertThat(listed)
          .extracting(LimitedKey::key)
          .containsExactlyElementsOf(names.stream().sorted().toList());
      assertThat(listed).contains(limits().findKey("key-7").orElseThrow());
      assertThatThrownBy(() -> limits().list(10, "{")).isInstanceOf(InvalidTaskException.class);
    }

    @Test
    void areToldWithTheirUse() {
      int home = partition("partner-api");
      limits().limitKey("partner-api", LIMITS);
      assertThat(use()).isEqualTo(new Use(0, 20L));
      namespace.raw().call("ZADD", key(home, "held:l:partner-api"), 1, newId());
      // A token in 600 ms: 11 of 20 have flowed in when 9 times as long is missing.
      fill(home, "l:partner-api", Duration.ofMillis(9 * 600));
      assertThat(use()).isEqualTo(new Use(1, 11L));
      fill(home, "l:partner-api", Duration.ofMillis(9 * 600 + 1));
      assertThat(use()).isEqualTo(new Use(1, 10L));
      clock.advance(Duration.ofMinutes(1));
      assertThat(use()).isEqualTo(new Use(1, 20L));
      limits().limitKey("partner-api", Limits.ofConcurrency(3));
      assertThat(use()).isEqualTo(new Use(1, null));
      // What this test has put there.
      namespace.raw().deleteAll(key(home, "held:"));
    }

    private Use use() {
      Use use = limits().findKey("partner-api").orElseThrow().use();
      assertThat(limits().list(1, null).keys()).extracting(LimitedKey::use).containsExactly(use);
      return use;
    }

    @Test
    void takeEffectAtOnce() {
      int home = partition("partner-api");
      park(home, "l:partner-api");
      fill(home, "l:partner-api", Duration.ofHours(1));
      limits().limitKey("partner-api", LIMITS);
      assertThat(hasBucket(home, "l:partner-api")).isFalse();
      assertThat(parked(home, "l:partner-api")).isEqualTo("0");
      park(home, "l:partner-api");
      fill(home, "l:partner-api", Duration.ofHours(1));
      limits().limitKey("partner-api", new Limits(RATE, 11, OnLimit.WAIT));
      assertThat(hasBucket(home, "l:partner-api")).as("the rate is the same").isTrue();
      assertThat(parked(home, "l:partner-api")).isEqualTo("0");
      park(home, "l:partner-api");
      limits().freeKey("partner-api");
      assertThat(hasBucket(home, "l:partner-api")).isFalse();
      assertThat(parked(home, "l:partner-api")).isEqualTo("0");
      namespace.raw().deleteAll(key(home, "parking"));
    }

    @Test
    void parkNothingThatIsNotParked() {
      limits().limitKey("partner-api", LIMITS);
      assertThat(keys()).noneMatch(key -> key.endsWith("parking"));
    }

    @Test
    void haveADeclarationBesides() {
      Declaration declared = new Declaration("config", "abc");
      limits().declare(partner, declared);
      limits().declare(new Limited.Queue("images"), new Declaration("Owner$Class", "d"));
      assertThat(limits().findKey("partner-api")).isEmpty();
      assertThat(limits().declarations())
          .isEqualTo(
              Map.of(
                  partner,
                  declared,
                  new Limited.Queue("images"),
                  new Declaration("Owner$Class", "d")));
      limits().undeclare(partner);
      limits().undeclare(partner);
      assertThat(limits().declarations()).containsOnlyKeys(new Limited.Queue("images"));
    }
  }

  @Nested
  class OfAQueue {

    @Test
    void areReadBackAsTheyWere() {
      for (QueueLimits set :
          List.of(
              new QueueLimits(LIMITS, PER_GROUP),
              QueueLimits.of(Limits.ofConcurrency(1)),
              QueueLimits.of(PER_GROUP),
              QueueLimits.of(new GroupLimits(null, null, 5, Map.of())),
              QueueLimits.of(GroupLimits.ofWeights(Map.of("a", 1))))) {
        limits().limitQueue("images", set);
        assertThat(limits().findQueue("images")).map(LimitedQueue::limits).contains(set);
      }
      assertThat(limits().findQueue("image")).isEmpty();
    }

    @Test
    void areWhatClaimsReadInEveryPartition() {
      limits().limitQueue("images", new QueueLimits(LIMITS, PER_GROUP));
      for (int p = 0; p < setup.partitions(); p++) {
        assertThat(gate(p, "q:images")).isEqualTo("10 100 60000 20 c");
        assertThat(gate(p, "g:images")).isEqualTo("2 5 1000 5 1000");
        assertThat(namespace.raw().text("HGET", key(p, "weights:images"), "tenant-7"))
            .isEqualTo("3");
        assertThat(namespace.raw().number("TTL", key(p, "weights:images"))).isEqualTo(-1);
      }
    }

    @Test
    void canBeTakenAway() {
      limits().limitQueue("images", new QueueLimits(LIMITS, PER_GROUP));
      limits().freeQueue("images");
      limits().freeQueue("images");
      limits().freeQueue("never");
      assertThat(limits().findQueue("images")).isEmpty();
      assertThat(keys()).noneMatch(key -> key.endsWith("gates") || key.contains("weights"));
      assertThat(stores.queues().find("never")).isEmpty();
    }

    @Test
    void areWithAllTheirWeightsOrAreNot() {
      Map<String, Integer> many =
          IntStream.range(0, 2_345)
              .boxed()
              .collect(Collectors.toMap(i -> "tenant-" + i, i -> 1 + i % 100));
      limits().limitQueue("images", QueueLimits.of(GroupLimits.ofWeights(many)));
      assertThat(limits().findQueue("images").orElseThrow().limits().perGroup().weights())
          .isEqualTo(many);
      for (int p = 0; p < setup.partitions(); p++) {
        assertThat(namespace.raw().number("HLEN", key(p, "weights:images"))).isEqualTo(2_345);
      }
      many.remove("tenant-7");
      limits().limitQueue("images", QueueLimits.of(GroupLimits.ofWeights(many)));
      assertThat(limits().findQueue("images").orElseThrow().limits().perGroup().weights())
          .isEqualTo(many);
      assertThat(keys()).noneMatch(key -> key.contains("weights:images:"));
    }

    @Test
    void changeNothingWhenTheyAreTheSame() {
      limits().limitQueue("images", new QueueLimits(LIMITS, PER_GROUP));
      List<String> before = settings();
      limits().limitQueue("images", new QueueLimits(LIMITS, PER_GROUP));
      assertThat(settings()).isEqualTo(before);
      limits().limitQueue("images", QueueLimits.of(LIMITS));
      assertThat(settings()).isNotEqualTo(before).allMatch("2 "::equals);
    }

    private List<String> settings() {
      List<String> settings = new ArrayList<>();
      for (int p = 0; p < setup.partitions(); p++) {
        settings.add(namespace.raw().text("HGET", key(p, "settings"), "images"));
      }
      return settings;
    }

    @Test
    void leaveAPauseAsItIsAndAPauseThem() {
      limits().limitQueue("images", new QueueLimits(LIMITS, PER_GROUP));
      assertThat(stores.queues().find("images").orElseThrow().paused()).isFalse();
      stores.queues().pause("images");
      assertThat(limits().findQueue("images").orElseThrow().limits())
          .isEqualTo(new QueueLimits(LIMITS, PER_GROUP));
      limits().limitQueue("images", QueueLimits.of(PER_GROUP));
      assertThat(stores.queues().find("images").orElseThrow().paused()).isTrue();
      for (int p = 0; p < setup.partitions(); p++) {
        assertThat(namespace.raw().number("SISMEMBER", key(p, "paused"), "images")).isOne();
      }
    }

    @Test
    void areRepairedWhereAChangeWasMissed() {
      limits().limitQueue("images", new QueueLimits(LIMITS, PER_GROUP));
      stores.queues().pause("images");
      int home = partition("images");
      for (int p = 0; p < setup.partitions(); p++) {
        if (p != home) {
          namespace
              .raw()
              .call(
                  "DEL",
                  key(p, "settings"),
                  key(p, "gates"),
                  key(p, "weights:images"),
                  key(p, "paused"));
        }
      }
      assertThat(stores.queues().repairSettings()).isEqualTo(setup.partitions() - 1);
      assertThat(stores.queues().repairSettings()).isZero();
      for (int p = 0; p < setup.partitions(); p++) {
        assertThat(gate(p, "q:images")).isEqualTo("10 100 60000 20 c");
        assertThat(gate(p, "g:images")).isEqualTo("2 5 1000 5 1000");
        assertThat(namespace.raw().number("HLEN", key(p, "weights:images"))).isEqualTo(2);
        assertThat(namespace.raw().number("SISMEMBER", key(p, "paused"), "images")).isOne();
      }
    }

    @Test
    void areToldWithTheirUse() {
      limits().limitQueue("default", QueueLimits.of(Limits.ofRate(RATE)));
      int home = partition("default");
      enqueueIn(home, TaskSpec.of("t"));
      stores.tasks().claim(request(home, "w1", 1, List.of(1, 0, 0, 0), "t"));
      Use use = limits().findQueue("default").orElseThrow().use();
      assertThat(use.running()).isOne();
      assertThat(use.tokens()).isBetween(19L, 20L);
      limits().limitQueue("default", QueueLimits.of(Limits.ofConcurrency(5)));
      assertThat(limits().findQueue("default").orElseThrow().use()).isEqualTo(new Use(1, null));
    }

    @Test
    void takeEffectAtOnce() {
      int home = partition("images");
      park(home, "q:images");
      park(home, "g:images:a");
      park(home, "g:imagesque:a");
      fill(home, "q:images", Duration.ofHours(1));
      fill(home, "g:images:a", Duration.ofHours(1));
      limits().limitQueue("images", new QueueLimits(LIMITS, PER_GROUP));
      assertThat(hasBucket(home, "q:images")).isFalse();
      assertThat(hasBucket(home, "g:images:a")).isFalse();
      assertThat(parked(home, "q:images")).isEqualTo("0");
      assertThat(parked(home, "g:images:a")).isEqualTo("0");
      assertThat(parked(home, "g:imagesque:a")).isEqualTo("inf");
      fill(home, "g:images:a", Duration.ofHours(1));
      GroupLimits sameRate = new GroupLimits(PER_GROUP.rate(), 1, null, PER_GROUP.weights());
      limits().limitQueue("images", new QueueLimits(LIMITS, sameRate));
      assertThat(hasBucket(home, "g:images:a")).isTrue();
      namespace.raw().deleteAll(key(home, "bucket:"));
      namespace.raw().deleteAll(key(home, "parking"));
    }

    @Test
    void wakeHoweverManyGroupsAreParked() {
      int home = partition("images");
      for (int i = 0; i < 1_000; i++) {
        park(home, "g:images:tenant-" + i);
      }
      limits().limitQueue("images", QueueLimits.of(PER_GROUP));
      assertThat(namespace.raw().number("ZCOUNT", key(home, "parking"), 0, 0)).isEqualTo(1_000);
      namespace.raw().deleteAll(key(home, "parking"));
    }

    @Test
    void needAQueueWithoutTasksElsewhere() {
      for (int p = 0; p < setup.partitions(); p++) {
        enqueueIn(p, TaskSpec.builder("t").delay(Duration.ofHours(1)).build());
      }
      if (setup.partitions() == 1) {
        limits().limitQueue("default", QueueLimits.of(LIMITS));
        assertThat(limits().findQueue("default")).isPresent();
        return;
      }
      assertThatThrownBy(() -> limits().limitQueue("default", QueueLimits.of(LIMITS)))
          .isInstanceOf(QueueInUseException.class)
          .hasMessageContaining("default holds " + (setup.partitions() - 1) + " tasks");
      assertThat(limits().findQueue("default")).isEmpty();
      stores.queues().purge("default");
      limits().limitQueue("default", QueueLimits.of(LIMITS));
      enqueueIn((partition("default") + 1) % setup.partitions(), TaskSpec.of("t"));
      limits().limitQueue("default", QueueLimits.of(PER_GROUP));
      assertThat(limits().findQueue("default"))
          .map(LimitedQueue::limits)
          .contains(QueueLimits.of(PER_GROUP));
    }
  }

  /** Puts members into a set, or into a sorted set where there is a score. */
  private void fillUp(int partition, String name, int members, String score) {
    for (int from = 0; from < members; from += 1_000) {
      String command = score.isEmpty() ? "SADD" : "ZADD";
      List<Object> words = new ArrayList<>(List.of(command, key(partition, name)));
      for (int i = from; i < from + 1_000; i++) {
        if (!score.isEmpty()) {
          words.add(score);
        }
        words.add("m" + i);
      }
      namespace.raw().call(words.toArray());
    }
  }

  private static void isRefused(ThrowingCallable call, String pointer, String code) {
    assertThat(catchThrowableOfType(InvalidTaskException.class, call).violations())
        .singleElement()
        .satisfies(
            wrong -> {
              assertThat(wrong.pointer()).isEqualTo(pointer);
              assertThat(wrong.code()).isEqualTo(code);
            });
  }

  @Nested
  class TooMany {

    @Test
    void queuesAreRefused() {
      int home = partition("images");
      limits().limitQueue("known", QueueLimits.of(LIMITS));
      fillUp(home, "queues", 10_000, "");
      isRefused(
          () -> limits().limitQueue("images", QueueLimits.of(LIMITS)), "/queue", "too-many-queues");
      isRefused(() -> stores.queues().pause("images"), "/queue", "too-many-queues");
      assertThat(limits().findQueue("images")).isEmpty();
      limits().limitQueue("known", QueueLimits.of(PER_GROUP));
      assertThat(limits().findQueue("known").orElseThrow().limits())
          .isEqualTo(QueueLimits.of(PER_GROUP));
    }

    @Test
    void keysAreRefused() {
      int home = partition("partner-api");
      limits().limitKey("known", LIMITS);
      fillUp(home, "limits", 100_000, "0");
      isRefused(() -> limits().limitKey("partner-api", LIMITS), "/key", "too-many");
      assertThat(limits().findKey("partner-api")).isEmpty();
      limits().limitKey("known", Limits.ofConcurrency(1));
      assertThat(limits().findKey("known").orElseThrow().limits())
          .isEqualTo(Limits.ofConcurrency(1));
    }

    @Test
    void pausedGroupsAreRefused() {
      limits().pauseGroup("images", "known");
      for (int p = 0; p < setup.partitions(); p++) {
        fillUp(p, "closed", 100_000, "+inf");
      }
      isRefused(() -> limits().pauseGroup("images", "a"), "/group", "too-many");
      limits().pauseGroup("images", "known");
      limits().resumeGroup("images", "known");
      assertThat(limits().group("images", "known").paused()).isFalse();
    }
  }

  @Test
  void changesAtOnceEndAlikeEverywhere() throws Exception {
    List<Callable<Object>> changes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int number = i;
      changes.add(
          () -> {
            switch (number % 4) {
              case 0 -> stores.queues().pause("images");
              case 1 -> stores.queues().resume("images");
              case 2 -> limits().limitQueue("images", new QueueLimits(LIMITS, PER_GROUP));
              default ->
                  limits()
                      .limitQueue(
                          "images",
                          QueueLimits.of(GroupLimits.ofWeights(Map.of("a", 1 + number, "b", 2))));
            }
            return number;
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Object> change : threads.invokeAll(changes)) {
        assertThat(change.get()).isNotNull();
      }
    }
    assertThat(stores.queues().repairSettings()).isZero();
    List<String> everywhere = new ArrayList<>();
    for (int p = 0; p < setup.partitions(); p++) {
      everywhere.add(
          namespace.raw().text("HGET", key(p, "settings"), "images")
              + namespace.raw().number("SISMEMBER", key(p, "paused"), "images")
              + gate(p, "q:images")
              + gate(p, "g:images")
              + new TreeSet<>(namespace.raw().texts("HVALS", key(p, "weights:images"))));
    }
    assertThat(everywhere).allMatch(everywhere.getFirst()::equals);
  }

  @Nested
  class OfAGroup {

    @Test
    void pauseAndResumeHoldInEveryPartition() {
      assertThat(limits().group("images", "a"))
          .isEqualTo(new GroupView("images", "a", false, 1, new Use(0, null)));
      limits().pauseGroup("images", "a");
      limits().pauseGroup("images", "a");
      assertThat(limits().group("images", "a").paused()).isTrue();
      assertThat(limits().group("images", "b").paused()).isFalse();
      for (int p = 0; p < setup.partitions(); p++) {
        assertThat(namespace.raw().text("ZSCORE", key(p, "closed"), "g:images:a")).isEqualTo("inf");
        park(p, "g:images:a");
      }
      limits().resumeGroup("images", "a");
      limits().resumeGroup("images", "a");
      for (int p = 0; p < setup.partitions(); p++) {
        assertThat(parked(p, "g:images:a")).isEqualTo("0");
        namespace.raw().deleteAll(key(p, "parking"));
      }
      assertThat(keys()).noneMatch(key -> key.endsWith("closed"));
    }

    @Test
    void isToldWithItsWeightAndUse() {
      limits().limitQueue("images", QueueLimits.of(PER_GROUP));
      int home = partition("images");
      namespace.raw().call("ZADD", key(home, "held:g:images:tenant-7"), 1, newId());
      fill(home, "g:images:tenant-7", Duration.ofMillis(200));
      assertThat(limits().group("images", "tenant-7"))
          .isEqualTo(new GroupView("images", "tenant-7", false, 3, new Use(1, 4L)));
      assertThat(limits().group("images", "tenant-9"))
          .isEqualTo(new GroupView("images", "tenant-9", false, 1, new Use(0, 5L)));
      namespace.raw().deleteAll(key(home, "held:"));
      namespace.raw().deleteAll(key(home, "bucket:"));
    }
  }
}
