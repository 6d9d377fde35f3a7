package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.Taskorch;
import io.taskorch.client.LimitClient;
import io.taskorch.limit.DeclaredLimits;
import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.LimitNotFoundException;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.limit.RateLimit;
import io.taskorch.store.LimitStore.LimitedKey;
import io.taskorch.store.LimitStore.LimitedQueue;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.TaskSpec;
import io.taskorch.worker.LimitKey;
import io.taskorch.worker.TaskHandler;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limits that settings and code declare, and those that somebody sets. */
class LimitDeclarationTest {

  private static final Limits ONE = Limits.ofConcurrency(1);
  private static final Limits TWO = Limits.ofConcurrency(2);
  private static final QueueLimits WEIGHTS =
      QueueLimits.of(GroupLimits.ofWeights(weights("a", "b", "c", "d", "e", "f")));

  @RegisterExtension private final Stack stack = new Stack(4);
  private LimitClient limits;

  @BeforeEach
  void open() {
    limits = stack.program().limits();
  }

  private static Map<String, Integer> weights(String... groups) {
    return IntStream.range(0, groups.length)
        .boxed()
        .collect(Collectors.toMap(i -> groups[i], i -> i + 1));
  }

  private static DeclaredLimits key(Limits said) {
    return new DeclaredLimits(Map.of(), Map.of("k", said));
  }

  private Limits held() {
    return limits.find("k").map(LimitedKey::limits).orElse(null);
  }

  private QueueLimits heldByQueue() {
    return limits.findQueue("q").map(LimitedQueue::limits).orElse(null);
  }

  @Test
  void areSet() {
    limits.declare("config", new DeclaredLimits(Map.of("q", WEIGHTS), Map.of("k", ONE)));
    assertThat(held()).isEqualTo(ONE);
    assertThat(heldByQueue()).isEqualTo(WEIGHTS);
  }

  @Test
  void winOverWhatSomebodySetBefore() {
    limits.limit("k", TWO);
    limits.declare("config", key(ONE));
    assertThat(held()).isEqualTo(ONE);
  }

  @Test
  void giveWayToWhatSomebodySetsUntilTheyChange() {
    limits.declare("config", new DeclaredLimits(Map.of("q", WEIGHTS), Map.of("k", ONE)));
    limits.limit("k", TWO);
    limits.freeQueue("q");
    QueueLimits same = QueueLimits.of(GroupLimits.ofWeights(weights("a", "b", "c", "d", "e", "f")));
    limits.declare("config", new DeclaredLimits(Map.of("q", same), Map.of("k", ONE)));
    assertThat(held()).isEqualTo(TWO);
    assertThat(heldByQueue()).isNull();
    limits.declare(
        "config",
        new DeclaredLimits(Map.of("q", QueueLimits.of(ONE)), Map.of("k", Limits.ofConcurrency(3))));
    assertThat(held()).isEqualTo(Limits.ofConcurrency(3));
    assertThat(heldByQueue()).isEqualTo(QueueLimits.of(ONE));
  }

  @Test
  void ofSomebodyElseStay() {
    limits.declare("config", key(ONE));
    limits.declare("code", key(TWO));
    assertThat(held()).isEqualTo(ONE);
    limits.declare("config", key(TWO));
    assertThat(held()).isEqualTo(TWO);
  }

  @Test
  void twoMayDeclareTheSame() {
    limits.declareAll(Map.of("one", key(ONE), "other", key(ONE)));
    limits.limit("k", TWO);
    limits.declareAll(Map.of("one", key(ONE), "other", key(ONE)));
    assertThat(held()).isEqualTo(TWO);
  }

  @Test
  void ofAQueueInUseWaitForTheNextStart() {
    Taskorch program = stack.program();
    // In any partition, so most of them outside the queue's own.
    for (int i = 0; i < 20; i++) {
      program.client().enqueue(TaskSpec.builder("t").queue("q").build());
    }
    limits.declare("config", new DeclaredLimits(Map.of("q", WEIGHTS), Map.of("k", ONE)));
    assertThat(heldByQueue()).isNull();
    assertThat(held()).isEqualTo(ONE);
    program.queues().purge("q");
    limits.declare("config", new DeclaredLimits(Map.of("q", WEIGHTS), Map.of("k", ONE)));
    assertThat(heldByQueue()).isEqualTo(WEIGHTS);
  }

  @Nested
  class NoLonger {

    @Test
    void areTakenAway() {
      limits.declareAll(
          Map.of("config", new DeclaredLimits(Map.of("q", WEIGHTS), Map.of("k", ONE))));
      limits.declareAll(Map.of("elsewhere", DeclaredLimits.NONE));
      assertThat(held()).isEqualTo(ONE);
      limits.declareAll(Map.of("config", DeclaredLimits.NONE));
      assertThat(held()).isNull();
      assertThat(heldByQueue()).isNull();
    }

    @Test
    void stayWhereSomebodyHasChangedThem() {
      limits.declareAll(Map.of("config", key(ONE)));
      limits.limit("k", TWO);
      limits.declareAll(Map.of("config", DeclaredLimits.NONE));
      assertThat(held()).isEqualTo(TWO);
      limits.declareAll(Map.of("config", key(ONE)));
      assertThat(held()).isEqualTo(ONE);
    }

    @Test
    void goOverToWhoDeclaresThemNow() {
      limits.declareAll(Map.of("one", key(ONE), "other", DeclaredLimits.NONE));
      limits.declareAll(Map.of("one", DeclaredLimits.NONE, "other", key(TWO)));
      assertThat(held()).isEqualTo(TWO);
      limits.declareAll(Map.of("one", DeclaredLimits.NONE, "other", DeclaredLimits.NONE));
      assertThat(held()).isNull();
    }
  }

  static final class Payments {
    @TaskHandler("pay")
    @LimitKey(value = "k", rate = 5, per = "1s", burst = 1)
    void pay() {}
  }

  @Test
  void ofAProgramAreSetWhenItStarts() {
    Taskorch program =
        stack.program(builder -> builder.queue("q", WEIGHTS).limit("other", TWO).withoutUpkeep());
    program.register(new Payments());
    assertThat(held()).isNull();
    program.start();
    assertThat(held()).isEqualTo(Limits.ofRate(new RateLimit(5, Duration.ofSeconds(1), 1)));
    assertThat(heldByQueue()).isEqualTo(WEIGHTS);
    stack.program(builder -> builder.limit("third", ONE).withoutUpkeep()).start();
    assertThat(limits.get("other").limits()).isEqualTo(TWO);
  }

  @Test
  void namesAreChecked() {
    assertThatThrownBy(() -> limits.limit("a b", ONE))
        .isInstanceOf(InvalidTaskException.class)
        .hasMessageContaining("/key");
    assertThatThrownBy(() -> limits.limitQueue("", WEIGHTS))
        .isInstanceOf(InvalidTaskException.class)
        .hasMessageContaining("/queue");
    assertThatThrownBy(() -> limits.pauseGroup("q", "a:b"))
        .isInstanceOf(InvalidTaskException.class)
        .hasMessageContaining("/group");
    assertThatThrownBy(() -> limits.get("none")).isInstanceOf(LimitNotFoundException.class);
    assertThatThrownBy(() -> limits.getQueue("none")).isInstanceOf(LimitNotFoundException.class);
  }
}
