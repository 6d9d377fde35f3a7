package io.taskorch.api.lease;

import io.taskorch.micronaut.Shutdown;
import io.taskorch.store.Claim;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.Hints;
import io.taskorch.store.Stores;
import io.taskorch.worker.PriorityShares;
import io.taskorch.worker.WorkerOptions.Priorities;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Claims for workers that wait on the line. A hint wakes those who wait for its queue, and they
 * look at its partition; once a second, or when the next task is due, each looks at all of them.
 */
@Singleton
final class ClaimDesk {

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final int NONCE_BYTES = 16;

  private final Stores stores;
  private final PriorityShares shares = new PriorityShares(Priorities.WEIGHTED);
  private final ReentrantLock sharing = new ReentrantLock();
  private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
  private final Hints.Subscription hints;
  private final SecureRandom random = new SecureRandom();
  private volatile boolean ending;

  ClaimDesk(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.hints = stores.hints().onWork(new Wake());
    shutdown.onBegin(this::end);
  }

  private void end() {
    ending = true;
    waiters.forEach(Waiter::wake);
  }

  @PreDestroy
  void close() {
    hints.close();
  }

  /**
   * Claims as soon as there is something.
   *
   * @param gone whether the caller has hung up; nothing is claimed for it then
   * @return empty when there was nothing in time
   */
  List<Leased> claim(ClaimBody.Read claim, BooleanSupplier gone) {
    String nonce = claim.claimId() == null ? randomNonce() : nonceOf(claim);
    long end = System.nanoTime() + claim.patience().toNanos();
    Waiter waiter = new Waiter(Set.copyOf(claim.queues()), stores.partitions().count());
    waiters.add(waiter);
    try {
      while (!ending && !gone.getAsBoolean()) {
        Look look = look(claim, nonce, waiter.partitions());
        long left = end - System.nanoTime();
        if (!look.leased().isEmpty() || left <= 0) {
          return look.leased();
        }
        waiter.await(Math.min(left, look.pause().toNanos()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      waiters.remove(waiter);
    }
    return List.of();
  }

  /**
   * What a look gave.
   *
   * @param pause when it is worth another look without a hint
   */
  private record Look(List<Leased> leased, Duration pause) {}

  /**
   * Goes on to the next partition even when it has found something, up to the most: a repeat of the
   * call then finds what each partition has leased for it. The most counts slots: the worker has as
   * many in all, and no labels.
   */
  private Look look(ClaimBody.Read claim, String nonce, List<Integer> partitions) {
    List<Leased> leased = new ArrayList<>();
    Duration pause = LOOK_EVERY;
    int most = claim.most();
    for (int partition : partitions) {
      if (most <= 0) {
        break;
      }
      Claim answer =
          stores
              .tasks()
              .claim(
                  new ClaimRequest(
                      claim.workerId(),
                      nonce,
                      partition,
                      claim.queues(),
                      claim.types(),
                      most,
                      nextShares(most),
                      claim.lease(),
                      ClaimRequest.Fit.ofSlots(claim.most())));
      for (Leased one : answer.leased()) {
        leased.add(one);
        most -= one.task().spec().flow().slots();
      }
      Instant due = answer.nextDue();
      if (due != null && due.isAfter(answer.now())) {
        Duration until = Duration.between(answer.now(), due);
        pause = until.compareTo(pause) < 0 ? until : pause;
      }
    }
    return new Look(leased, pause);
  }

  private List<Integer> nextShares(int most) {
    sharing.lock();
    try {
      return shares.next(most);
    } finally {
      sharing.unlock();
    }
  }

  private String randomNonce() {
    byte[] bits = new byte[NONCE_BYTES];
    random.nextBytes(bits);
    return nonce(bits);
  }

  /** The nonce of a caller's claim id, which may have another length. */
  private static String nonceOf(ClaimBody.Read claim) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String name = claim.workerId() + "/" + claim.claimId();
      return nonce(
          Arrays.copyOf(digest.digest(name.getBytes(StandardCharsets.UTF_8)), NONCE_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String nonce(byte[] bits) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  private final class Wake implements Hints.WorkListener {
    @Override
    public void ready(int partition, String queue) {
      waiters.forEach(waiter -> waiter.hear(partition, queue));
    }

    /** HTTP workers hear of it with their heartbeats. */
    @Override
    public void cancelRequested(String taskId) {}
  }

  /** A caller on the line. */
  private static final class Waiter {
    private final Set<String> queues;
    private final int count;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final BitSet hinted = new BitSet();
    private boolean woken;

    Waiter(Set<String> queues, int count) {
      this.queues = queues;
      this.count = count;
    }

    void hear(int partition, String queue) {
      if (queues.contains(queue)) {
        lock.lock();
        try {
          hinted.set(partition);
          news.signal();
        } finally {
          lock.unlock();
        }
      }
    }

    void wake() {
      lock.lock();
      try {
        woken = true;
        news.signal();
      } finally {
        lock.unlock();
      }
    }

    void await(long nanos) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        long left = nanos;
        while (hinted.isEmpty() && !woken && left > 0) {
          left = news.awaitNanos(left);
        }
      } finally {
        lock.unlock();
      }
    }

    /** Where to look next: where a hint came from, else everywhere, begun at any place. */
    List<Integer> partitions() {
      lock.lock();
      try {
        List<Integer> partitions = new ArrayList<>();
        int first = ThreadLocalRandom.current().nextInt(count);
        for (int i = 0; i < count; i++) {
          int partition = (first + i) % count;
          if (hinted.isEmpty() || hinted.get(partition)) {
            partitions.add(partition);
          }
        }
        hinted.clear();
        return partitions;
      } finally {
        lock.unlock();
      }
    }
  }
}
