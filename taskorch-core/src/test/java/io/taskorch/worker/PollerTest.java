package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.store.Claim;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.task.Gathering;
import io.taskorch.task.Priority;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PollerTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration NEVER = Duration.ofMinutes(1);

  private final ConcurrentLinkedQueue<ClaimRequest> claims = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Leased> started = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Leased> released = new ConcurrentLinkedQueue<>();
  private final Signal signal = new Signal();
  private volatile Function<ClaimRequest, Claim> store = request -> nothing();
  private Map<String, Gathering> gathered = Map.of();
  private final ConcurrentLinkedQueue<Integer> lots = new ConcurrentLinkedQueue<>();
  private Slots slots;
  private Poller poller;

  private void start(int slotCount, int partitions, Duration pollInterval) {
    slots = new Slots(slotCount, signal::raise);
    poller =
        new Poller(
            new StubTaskStore() {
              @Override
              public Claim claim(ClaimRequest request) {
                claims.add(request);
                return store.apply(request);
              }
            },
            TaskId.next(NOW, 0),
            partitions,
            List.of("a", "b"),
            Set.of("t"),
            gathered,
            WorkerOptions.builder()
                .concurrency(slotCount)
                .pollInterval(pollInterval)
                .labels("gpu")
                .build(),
            slots,
            signal,
            new Poller.Starter() {
              @Override
              public void start(List<Leased> lot, long leaseEnd) {
                started.addAll(lot);
                lots.add(lot.size());
              }

              @Override
              public void release(Leased leased, long leaseEnd) {
                released.add(leased);
              }
            },
            InstantSource.fixed(NOW));
    poller.start();
  }

  @AfterEach
  void stop() {
    poller.stop();
  }

  private static Claim nothing() {
    return new Claim(List.of(), NOW, null);
  }

  private static Claim tasks(int count) {
    return new Claim(
        Stream.generate(() -> Attempts.leased(TaskSpec.of("t"))).limit(count).toList(), NOW, null);
  }

  /** Returns once a claim is under way, which is answered when the latch opens. */
  private CountDownLatch startAndStall(Function<ClaimRequest, Claim> reply)
      throws InterruptedException {
    CountDownLatch inCall = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    store =
        request -> {
          inCall.countDown();
          awaitNow(answer);
          return reply.apply(request);
        };
    start(10, 1, NEVER);
    inCall.await();
    return answer;
  }

  private static void awaitNow(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Leased weighing(int count) {
    return Attempts.leased(TaskSpec.builder("t").slots(count).build());
  }

  private static Claim waiting(TaskSpec spec, Leased... leased) {
    return new Claim(List.of(leased), NOW, null, Attempts.leased(spec).task());
  }

  private static Leased at(Leased leased) {
    return new Leased(leased.lease(), leased.task(), NOW.plusSeconds(30));
  }

  @Test
  void itLooksOnceAtEachPartitionAndThenWaits() {
    start(10, 3, NEVER);
    await().until(() -> claims.size() == 3);
    await().during(Duration.ofMillis(200)).until(() -> claims.size() == 3);
    assertThat(claims).extracting(ClaimRequest::partition).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(claims).allMatch(request -> request.most() == 10);
  }

  @Test
  void aHintMakesItLookAtThatPartitionAtOnce() {
    start(10, 3, NEVER);
    await().until(() -> claims.size() == 3);
    claims.clear();
    poller.ready(1, "b");
    await().until(() -> claims.size() == 1);
    assertThat(claims.peek().partition()).isEqualTo(1);
    poller.ready(1, "not ours");
    poller.ready(7, "a");
    await().during(Duration.ofMillis(100)).until(() -> claims.size() == 1);
  }

  @Test
  void itGoesOnAsLongAsThereIsWorkAndASlot() {
    store = request -> tasks(request.most());
    start(10, 1, NEVER);
    await().until(() -> started.size() == 10);
    await().during(Duration.ofMillis(100)).until(() -> claims.size() == 1);
    slots.end(1);
    await().until(() -> started.size() == 11);
    slots.end(1);
    slots.end(1);
    await().until(() -> started.size() == 13);
    assertThat(claims.stream().mapToInt(ClaimRequest::most).sum()).isEqualTo(13);
    assertThat(slots.busy()).isEqualTo(10);
  }

  @Test
  void aClaimOfOneTurnsWithTheQueues() {
    store = request -> tasks(1);
    start(1, 1, NEVER);
    for (int i = 1; i <= 40; i++) {
      int n = i;
      await().until(() -> started.size() == n);
      slots.end(1);
    }
    assertThat(claims).extracting(request -> request.queues().getFirst()).contains("a", "b");
    assertThat(claims).allMatch(request -> request.queues().size() == 2);
  }

  @Test
  void itLooksAgainWhenTheNextTaskIsDue() {
    store =
        request ->
            claims.size() < 3
                ? new Claim(List.of(), NOW, NOW.plusMillis(30))
                : new Claim(List.of(), NOW, NOW.plusSeconds(3_600));
    start(10, 1, NEVER);
    await().until(() -> claims.size() == 3);
    await().during(Duration.ofMillis(200)).until(() -> claims.size() == 3);
    poller.lookIn(0, Duration.ofMillis(20));
    await().until(() -> claims.size() == 4);
  }

  @Test
  void aClaimWithoutAnAnswerIsSentAgainUnderItsIdUntilItIsAnswered() {
    store =
        request -> {
          if (claims.size() < 4) {
            throw new StoreUnavailableException("away", null);
          }
          return claims.size() == 4 ? tasks(2) : nothing();
        };
    start(10, 1, Duration.ofMillis(100));
    await().until(() -> started.size() == 2);
    await().until(() -> claims.size() >= 6);
    List<String> ids = claims.stream().map(ClaimRequest::claimId).toList();
    assertThat(Set.copyOf(ids.subList(0, 4))).hasSize(1);
    assertThat(Set.copyOf(ids.subList(3, 6))).hasSize(3);
    assertThat(slots.busy()).isEqualTo(2);
  }

  @Test
  void whatAnUnansweredClaimGaveBeyondTheSlotsIsGivenBack() {
    List<Leased> five = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      five.add(at(Attempts.leased(TaskSpec.of("t"))));
    }
    store =
        request -> {
          if (claims.size() == 1) {
            throw new StoreUnavailableException("away", null);
          }
          return claims.size() == 2 ? new Claim(five, NOW, null) : nothing();
        };
    start(3, 1, Duration.ofMillis(50));
    await().until(() -> started.size() + released.size() == 5);
    assertThat(started).hasSize(3);
    assertThat(released).containsExactlyElementsOf(five.subList(3, 5));
    assertThat(slots.busy()).isEqualTo(3);
  }

  @Test
  void aTaskTakesAsManySlotsAsItSays() {
    store =
        request ->
            request.most() == 10
                ? new Claim(List.of(weighing(3), weighing(1), weighing(4)), NOW, null)
                : nothing();
    start(10, 1, NEVER);
    await().until(() -> claims.size() == 2);
    assertThat(started).hasSize(3);
    assertThat(slots.busy()).isEqualTo(8);
    assertThat(claims).extracting(ClaimRequest::most).containsExactly(10, 2);
    assertThat(claims)
        .extracting(ClaimRequest::fit)
        .containsOnly(new ClaimRequest.Fit(10, List.of("gpu")));
    slots.end(4);
    assertThat(slots.busy()).isEqualTo(4);
    assertThat(slots.take(10)).isEqualTo(6);
  }

  @Test
  void whatAnUnansweredClaimGaveBeyondTheSlotsIsGivenBackByItsWeight() {
    List<Leased> given = List.of(at(weighing(3)), at(weighing(3)), at(weighing(1)));
    store =
        request -> {
          if (claims.size() == 1) {
            throw new StoreUnavailableException("away", null);
          }
          return claims.size() == 2 ? new Claim(given, NOW, null) : nothing();
        };
    start(4, 1, Duration.ofMillis(50));
    await().until(() -> started.size() + released.size() == 3);
    assertThat(started).containsExactly(given.get(0), given.get(2));
    assertThat(released).containsExactly(given.get(1));
    assertThat(slots.busy()).isEqualTo(4);
  }

  @Test
  void tasksOfOneKeyAreStartedTogetherInTheSlotsOfOne() {
    gathered = Map.of("t", new Gathering(3, Duration.ofSeconds(1)));
    TaskSpec grouped = TaskSpec.builder("t").group("a").slots(2).build();
    TaskSpec alone = TaskSpec.of("other");
    List<Leased> leased =
        Stream.of(List.of(TaskSpec.of("t")), List.of(grouped, alone, alone))
            .flatMap(specs -> Stream.generate(() -> specs).limit(4).flatMap(List::stream))
            .map(Attempts::leased)
            .toList();
    AtomicInteger calls = new AtomicInteger();
    store =
        request -> {
          assertThat(request.fit().gathered()).isEqualTo(gathered);
          return calls.getAndIncrement() == 0 ? new Claim(leased, NOW, null) : nothing();
        };
    start(20, 1, NEVER);
    await().until(() -> started.size() == 16);
    // Two of three and one, those of a group by themselves, and each other task alone.
    assertThat(lots).containsExactlyInAnyOrder(3, 1, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assertThat(slots.busy()).isEqualTo(1 + 1 + 2 + 2 + 8);
    assertThat(released).isEmpty();
  }

  @Test
  void aLotThatThereAreNoSlotsForIsGivenBackWhole() {
    gathered = Map.of("t", new Gathering(3, Duration.ofSeconds(1)));
    AtomicInteger calls = new AtomicInteger();
    store = request -> calls.getAndIncrement() == 0 ? tasks(6) : nothing();
    start(1, 1, NEVER);
    await().until(() -> started.size() == 3 && released.size() == 3);
    assertThat(slots.busy()).isEqualTo(1);
  }

  @Test
  void whileATaskWaitsForItsSlotsNothingElseIsClaimed() {
    TaskSpec large = TaskSpec.builder("t").queue("b").priority(Priority.LOW).slots(3).build();
    store =
        request -> {
          if (request.partition() == 0) {
            return nothing();
          }
          return request.most() == 4 ? waiting(large, weighing(1), weighing(2)) : nothing();
        };
    start(4, 2, NEVER);
    await().until(() -> slots.busy() == 3);
    await().until(() -> slots.take(1) == 1);
    slots.giveBack(1);
    claims.clear();
    poller.ready(0, "a");
    poller.ready(1, "a");
    slots.end(1);
    await().during(Duration.ofMillis(200)).until(claims::isEmpty);
    slots.end(1);
    await().until(() -> !claims.isEmpty());
    ClaimRequest first = claims.peek();
    assertThat(first.partition()).isEqualTo(1);
    assertThat(first.most()).isEqualTo(3);
    assertThat(first.queues()).containsExactly("b", "a");
    assertThat(first.shares()).containsExactly(0, 0, 0, 3);
    await().untilAsserted(() -> assertThat(claims).anyMatch(request -> request.partition() == 0));
  }

  @Test
  void aTaskThatWaitsForItsSlotsIsAskedForOnceAPollWithWhatIsFree() {
    TaskSpec large = TaskSpec.builder("t").slots(4).queue("a").build();
    store =
        request -> {
          if (claims.size() == 1) {
            return waiting(large, weighing(2));
          }
          return claims.size() < 4 ? waiting(large) : new Claim(List.of(weighing(1)), NOW, null);
        };
    start(4, 1, Duration.ofMillis(50));
    await().until(() -> slots.busy() == 4);
    assertThat(claims).extracting(ClaimRequest::most).containsExactly(4, 2, 2, 2, 1);
  }

  @Test
  void anOutageEndsTheWaitForSlots() {
    TaskSpec large = TaskSpec.builder("t").slots(4).queue("a").build();
    store =
        request -> {
          if (claims.size() == 1) {
            return waiting(large, weighing(2));
          }
          if (claims.size() == 2) {
            throw new StoreUnavailableException("away", null);
          }
          return nothing();
        };
    start(4, 1, Duration.ofMillis(50));
    await().until(() -> claims.size() >= 4);
    assertThat(slots.busy()).isEqualTo(2);
  }

  @Test
  void aSlotThatIsHeldForAClaimIsNotBusy() throws Exception {
    CountDownLatch answer = startAndStall(request -> claims.size() == 1 ? tasks(4) : nothing());
    assertThat(slots.busy()).isZero();
    assertThat(slots.take(1)).isZero();
    answer.countDown();
    await().until(() -> slots.busy() == 4);
  }

  @Test
  void anAnswerThatComesAfterTheStopIsGivenBackAndNothingStarts() throws Exception {
    CountDownLatch answer = startAndStall(request -> tasks(request.most()));
    Thread stopping = Thread.ofVirtual().start(poller::stop);
    await().until(() -> stopping.getState() == Thread.State.WAITING);
    answer.countDown();
    stopping.join();
    assertThat(started).isEmpty();
    assertThat(released).hasSize(10);
    assertThat(slots.busy()).isZero();
  }

  @Test
  void anUnansweredClaimIsAskedForOnceMoreAtTheStopAndGivenBack() {
    store =
        request -> {
          if (claims.size() == 1) {
            Thread stopping = Thread.ofVirtual().start(poller::stop);
            await().until(() -> stopping.getState() == Thread.State.WAITING);
            throw new StoreUnavailableException("away", null);
          }
          return tasks(4);
        };
    start(10, 1, NEVER);
    await().until(() -> released.size() == 4);
    poller.stop();
    assertThat(claims)
        .extracting(ClaimRequest::claimId)
        .hasSize(2)
        .containsOnly(claims.peek().claimId());
    assertThat(started).isEmpty();
    assertThat(slots.busy()).isZero();
  }

  @Test
  void aPartitionThatDoesNotAnswerDoesNotKeepTheOthersWaiting() {
    store =
        request -> {
          if (request.partition() == 1) {
            throw new StoreUnavailableException("away", null);
          }
          return nothing();
        };
    start(10, 3, Duration.ofMillis(20));
    await().until(() -> claims.stream().filter(request -> request.partition() == 2).count() > 10);
    assertThat(claims.stream().filter(request -> request.partition() == 0).count())
        .isGreaterThan(5);
  }

  @Test
  void anOutageIsWarnedOfOnceHoweverManyPartitionsThereAre() {
    try (LogOf said = new LogOf(Poller.class)) {
      store =
          request -> {
            throw new StoreUnavailableException("away", null);
          };
      start(10, 3, Duration.ofMillis(20));
      await().until(() -> claims.size() > 12);
      store = request -> nothing();
      await().until(() -> said.lines().size() == 2);
      claims.clear();
      await().until(() -> claims.size() > 12);
      assertThat(said.lines())
          .containsExactly(
              "WARN the store does not answer; claims are sent again until it does",
              "INFO the store answers again");
    }
  }
}
