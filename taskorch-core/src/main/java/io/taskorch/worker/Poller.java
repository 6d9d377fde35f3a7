package io.taskorch.worker;

import io.taskorch.store.Claim;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.OutageBackoff;
import io.taskorch.store.TaskStore;
import io.taskorch.task.Flow;
import io.taskorch.task.Gathering;
import io.taskorch.task.Priority;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims tasks into free slots. It looks at a partition when a hint says so, when its next task is
 * due, again as long as it gives, and otherwise once per poll interval; never faster.
 */
final class Poller {

  private static final Logger log = LoggerFactory.getLogger(Poller.class);

  private static final Duration SHORTEST_WAIT = Duration.ofMillis(1);

  private final TaskStore tasks;
  private final String workerId;
  private final Set<String> queueNames;
  private final Set<String> types;
  private final WorkerOptions options;
  private final ClaimRequest.Fit fit;
  private final Slots slots;
  private final Starter starter;
  private final InstantSource clock;
  private final Signal signal;
  private final Partition[] partitions;

  /** The queues, begun at each of them in turn. */
  private final List<List<String>> rotations;

  private final SecureRandom random = new SecureRandom();
  private final Thread thread;
  private int last;

  /**
   * Waits for slots; null when nothing does. Nothing else is claimed meanwhile: smaller tasks, of
   * whatever queue, would take each slot that becomes free.
   */
  private @Nullable Awaited awaited;

  /** Partitions whose last claim got no answer: what is lost to all of them is one outage. */
  private int unreachable;

  private volatile boolean stopped;
  private volatile @Nullable Instant lastAnswer;

  /** What becomes of the tasks that a claim gave. */
  interface Starter {
    /** Runs a task, or several of one partition in one call; the slots of one are taken. */
    void start(List<Leased> lot, long leaseEnd);

    /** Gives back a task that there is no slot for, or no time. */
    void release(Leased leased, long leaseEnd);
  }

  /** A task whose turn it is, and which needs more slots than were free. */
  private record Awaited(Partition partition, Task task) {

    /**
     * How many slots are worth a claim: those that it needs, or any when it has not been asked for
     * during a poll interval, as another worker may have taken it.
     */
    int least() {
      return partition.nanosToPoll() <= 0 ? 1 : task.spec().flow().slots();
    }
  }

  /**
   * @param signal is raised when as many slots are free as were wanted
   */
  Poller(
      TaskStore tasks,
      String workerId,
      int partitions,
      List<String> queues,
      Set<String> types,
      Map<String, Gathering> gathered,
      WorkerOptions options,
      Slots slots,
      Signal signal,
      Starter starter,
      InstantSource clock) {
    this.tasks = tasks;
    this.workerId = workerId;
    this.queueNames = Set.copyOf(queues);
    this.types = types;
    this.options = options;
    this.fit = new ClaimRequest.Fit(slots.total(), options.labels(), gathered);
    this.slots = slots;
    this.signal = signal;
    this.starter = starter;
    this.clock = clock;
    this.partitions = new Partition[partitions];
    for (int i = 0; i < partitions; i++) {
      this.partitions[i] = new Partition(i);
    }
    this.rotations = rotations(queues);
    // Not a virtual thread: handlers that keep every carrier busy must not stop the claims.
    this.thread = Thread.ofPlatform().name("taskorch-poller-" + workerId).unstarted(this::run);
  }

  private static List<List<String>> rotations(List<String> queues) {
    List<List<String>> rotations = new ArrayList<>();
    for (int i = 0; i < queues.size(); i++) {
      List<String> rotated = new ArrayList<>(queues);
      Collections.rotate(rotated, -i);
      rotations.add(List.copyOf(rotated));
    }
    return rotations;
  }

  void start() {
    thread.start();
  }

  /** Claims no more; returns when no claim is under way. */
  void stop() {
    stopped = true;
    signal.raise();
    Threads.joinUninterruptibly(thread);
  }

  /** A queue has work that it had not before, or an earlier due time. */
  void ready(int partition, String queue) {
    if (partition < partitions.length && queueNames.contains(queue)) {
      partitions[partition].hinted.set(true);
      signal.raise();
    }
  }

  /**
   * Some task of this worker's is due again after a delay: no hint tells, and the poll that would
   * find it may come later than that.
   */
  void lookIn(int partition, Duration delay) {
    if (delay.compareTo(options.pollInterval()) < 0) {
      partitions[partition].wishes.accumulateAndGet(
          System.nanoTime() + delay.toNanos(), Poller::earlier);
      signal.raise();
    }
  }

  private static long earlier(long nanoTime, long other) {
    return nanoTime - other < 0 ? nanoTime : other;
  }

  /** When the store last answered a claim; null before the first. */
  @Nullable Instant lastAnswer() {
    return lastAnswer;
  }

  private void run() {
    while (!stopped) {
      Partition next = awaited == null ? nextToLookAt() : awaited.partition;
      if (next == null) {
        signal.await(nanosToNextLook());
        continue;
      }
      int least = awaited == null ? 1 : awaited.least();
      int places = slots.takeAll(least);
      if (places > 0) {
        claim(next, places);
      } else {
        signal.await(least > 1 ? next.nanosToPoll() : options.pollInterval().toNanos());
      }
    }
    for (Partition partition : partitions) {
      if (partition.unanswered != null && !claim(partition, 0)) {
        break;
      }
    }
  }

  private @Nullable Partition nextToLookAt() {
    long now = System.nanoTime();
    for (int i = 1; i <= partitions.length; i++) {
      int at = (last + i) % partitions.length;
      if (partitions[at].isDue(now)) {
        last = at;
        return partitions[at];
      }
    }
    return null;
  }

  private long nanosToNextLook() {
    long now = System.nanoTime();
    long least = Long.MAX_VALUE;
    for (Partition partition : partitions) {
      least = Math.min(least, partition.nextLook() - now);
    }
    return least;
  }

  /**
   * @param places slots that are taken for it; 0 to give back what an unanswered claim gave
   * @return whether the store answered
   */
  private boolean claim(Partition partition, int places) {
    // Before the call: what comes while it is under way may have come too late for it.
    partition.hinted.set(false);
    partition.wishes.set(System.nanoTime() + options.pollInterval().toNanos());
    ClaimRequest request = request(partition, Math.max(places, 1));
    long sent = System.nanoTime();
    Claim claim;
    try {
      claim = tasks.claim(request);
    } catch (StoreUnavailableException e) {
      failed(partition, request, places, sent);
      log.debug("a claim got no answer; it is sent again", e);
      return false;
    } catch (RuntimeException | Error e) {
      failed(partition, request, places, sent);
      log.error("a claim failed; it is sent again", e);
      return false;
    }
    lastAnswer = clock.instant();
    partition.answered(claim);
    Task waiting = claim.waitsForSlots();
    awaited = waiting == null ? null : new Awaited(partition, waiting);
    start(claim, places, sent);
    return true;
  }

  private void failed(Partition partition, ClaimRequest request, int places, long sent) {
    slots.giveBack(places);
    partition.failed(request.claimId(), sent);
    awaited = null;
  }

  private void start(Claim claim, int places, long sent) {
    List<List<Leased>> lots = lots(claim.leased());
    int needed = 0;
    for (List<Leased> lot : lots) {
      needed += slotsOf(lot);
    }
    int room = places;
    if (needed > places) {
      // An earlier claim without an answer had asked for more.
      room += slots.take(needed - places);
    }
    for (List<Leased> lot : lots) {
      // What one claim gives has the same lease.
      long leaseEnd = sent + Duration.between(claim.now(), lot.getFirst().expiresAt()).toNanos();
      int count = slotsOf(lot);
      if (count <= room && !stopped) {
        slots.begin(count);
        starter.start(lot, leaseEnd);
        room -= count;
      } else {
        lot.forEach(one -> starter.release(one, leaseEnd));
      }
    }
    slots.giveBack(room);
  }

  private static int slotsOf(List<Leased> lot) {
    return lot.getFirst().task().spec().flow().slots();
  }

  /** What tasks have in common that are handed over together. */
  private record Key(
      String queue,
      String type,
      Priority priority,
      @Nullable String group,
      int slots,
      List<String> requires) {}

  /** The tasks that run in one call each, in their order: those of a key together, others alone. */
  private List<List<Leased>> lots(List<Leased> leased) {
    List<List<Leased>> lots = new ArrayList<>(leased.size());
    Map<Key, List<Leased>> open = new HashMap<>();
    for (Leased one : leased) {
      Gathering gathering = fit.gathered().get(one.task().spec().type());
      if (gathering == null) {
        lots.add(List.of(one));
        continue;
      }
      List<Leased> lot = open.get(key(one));
      if (lot == null || lot.size() == gathering.size()) {
        lot = new ArrayList<>();
        lots.add(lot);
        open.put(key(one), lot);
      }
      lot.add(one);
    }
    return lots;
  }

  private static Key key(Leased leased) {
    TaskSpec spec = leased.task().spec();
    Flow flow = spec.flow();
    return new Key(
        spec.queue(), spec.type(), spec.priority(), flow.group(), flow.slots(), flow.requires());
  }

  private ClaimRequest request(Partition partition, int most) {
    int mostTasks = Math.min(most, ClaimRequest.MOST);
    List<String> queues;
    List<Integer> shares;
    if (awaited == null) {
      queues = rotations.get(ThreadLocalRandom.current().nextInt(rotations.size()));
      shares = partition.shares.next(mostTasks);
    } else {
      TaskSpec spec = awaited.task.spec();
      queues = rotations.get(rotations.getFirst().indexOf(spec.queue()));
      shares = partition.shares.allTo(spec.priority(), mostTasks);
    }
    String claimId = partition.unanswered != null ? partition.unanswered : newNonce();
    return new ClaimRequest(
        workerId, claimId, partition.number, queues, types, most, shares, options.lease(), fit);
  }

  private String newNonce() {
    byte[] bits = new byte[16];
    random.nextBytes(bits);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  /** What the poller knows of a partition. */
  private final class Partition {
    private final int number;
    // One for each partition: were it one for all, a priority's turns could always fall on others.
    private final PriorityShares shares = new PriorityShares(options.priorities());
    private final OutageBackoff backoff = new OutageBackoff(options.pollInterval());
    private final AtomicBoolean hinted = new AtomicBoolean();

    /** A claim that may have given tasks; the next one carries its id, and so gives them again. */
    private @Nullable String unanswered;

    private long lookAt = System.nanoTime();

    /** When others want it looked at, if sooner than by the poll. */
    private final AtomicLong wishes = new AtomicLong(lookAt);

    Partition(int number) {
      this.number = number;
    }

    boolean isDue(long now) {
      return now - nextLook() >= 0 || (hinted.get() && !backoff.failing());
    }

    /** How long until it is looked at though nothing asks for it. */
    long nanosToPoll() {
      return lookAt - System.nanoTime();
    }

    long nextLook() {
      return backoff.failing() ? lookAt : earlier(lookAt, wishes.get());
    }

    void answered(Claim claim) {
      unanswered = null;
      if (backoff.failing()) {
        backoff.reset();
        unreachable--;
        if (unreachable == 0) {
          log.info("the store answers again");
        }
      }
      lookAt = System.nanoTime() + wait(claim).toNanos();
    }

    private Duration wait(Claim claim) {
      if (claim.waitsForSlots() != null) {
        return options.pollInterval();
      }
      if (!claim.leased().isEmpty()) {
        return Duration.ZERO;
      }
      Instant due = claim.nextDue();
      if (due == null) {
        return options.pollInterval();
      }
      Duration untilDue = Duration.between(claim.now(), due);
      if (untilDue.compareTo(options.pollInterval()) > 0) {
        return options.pollInterval();
      }
      // What is due already was more than one call may touch: the next call goes on with it.
      return untilDue.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : untilDue;
    }

    void failed(String claimId, long sent) {
      if (!backoff.failing()) {
        if (unreachable == 0) {
          log.warn("the store does not answer; claims are sent again until it does");
        }
        unreachable++;
      }
      unanswered = claimId;
      long now = System.nanoTime();
      // A call that took long to fail must not keep the poller from the other partitions.
      lookAt = now + Math.max(backoff.next().toNanos(), partitions.length > 1 ? now - sent : 0);
    }
  }
}
