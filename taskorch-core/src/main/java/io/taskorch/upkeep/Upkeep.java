package io.taskorch.upkeep;

import io.taskorch.store.Hints;
import io.taskorch.store.Stores;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs every loop over all partitions, from {@link #start} to {@link #close}. */
public final class Upkeep implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(1);

  /** For what somebody may wait for: a lease to be taken back, a type that nobody handles. */
  private static final Duration SOON = Duration.ofSeconds(2);

  /** For what others do at once: claims make due tasks ready. */
  private static final Duration IN_CASE = Duration.ofSeconds(5);

  /** For what nobody waits for. */
  private static final Duration SELDOM = Duration.ofSeconds(10);

  /** For schedules and steps that wait: a new one may be due sooner than all that were known. */
  private static final Duration AT_LEAST_EVERY = Duration.ofSeconds(1);

  private final List<Loop> loops;
  private final Loop ofRuns;
  private final Hints hints;
  private Hints.@Nullable Subscription subscription;
  private final ReentrantLock lifecycle = new ReentrantLock();
  private boolean started;
  private boolean ended;

  public Upkeep(Stores stores, UpkeepOptions options, InstantSource clock) {
    int partitions = stores.partitions().count();
    Pace prompt = new Pace(options.tick(), SOON);
    Pace inCase = new Pace(options.tick(), IN_CASE);
    Pace seldom = new Pace(options.tick(), SELDOM);
    RunAdvancer advancer =
        new RunAdvancer(stores.runs(), partitions, new Pace(options.tick(), AT_LEAST_EVERY));
    List<Loop.Work> works =
        List.of(
            new Promoter(stores.upkeep(), partitions, inCase),
            new LeaseReaper(stores.upkeep(), partitions, prompt),
            advancer,
            new Pruner(stores.upkeep(), partitions, seldom),
            new HandlerWatch(
                stores.upkeep(),
                stores.queues(),
                stores.workers(),
                partitions,
                options.noHandlerGrace(),
                options.noHandlerGrace().compareTo(SELDOM) > 0 ? seldom : prompt),
            new QueueKeeper(stores.queues(), seldom),
            new ScheduleFirer(
                stores, TaskId.next(clock.instant(), 0), new Pace(options.tick(), AT_LEAST_EVERY)));
    this.loops = works.stream().map(work -> new Loop(work, clock, LONGEST_BACKOFF)).toList();
    this.hints = stores.hints();
    this.ofRuns = loops.get(works.indexOf(advancer));
  }

  /** Starts the loops; a second call changes nothing, nor does one after the end. */
  public void start() {
    lifecycle.lock();
    try {
      if (!started && !ended) {
        started = true;
        subscribe();
        loops.forEach(Loop::start);
      }
    } finally {
      lifecycle.unlock();
    }
  }

  private void subscribe() {
    try {
      subscription = hints.onUndecided(ofRuns::wake);
    } catch (StoreUnavailableException e) {
      // What it would hear of is found a second later.
      log.debug("no hints", e);
    }
  }

  /** Ends the loops and returns when they have ended. */
  @Override
  public void close() {
    lifecycle.lock();
    try {
      boolean running = started && !ended;
      ended = true;
      if (subscription != null) {
        subscription.close();
      }
      if (running) {
        loops.forEach(Loop::stop);
        for (Loop loop : loops) {
          loop.awaitEnd();
        }
      }
    } catch (InterruptedException e) {
      // They end all the same, each after the call that it is making.
      Thread.currentThread().interrupt();
    } finally {
      lifecycle.unlock();
    }
  }

  /** When every loop had last done its work, the oldest of them; empty before that. */
  public Optional<Instant> lastPass() {
    Instant oldest = Instant.MAX;
    for (Loop loop : loops) {
      Instant last = loop.lastPass();
      if (last == null) {
        return Optional.empty();
      }
      oldest = last.isBefore(oldest) ? last : oldest;
    }
    return Optional.of(oldest);
  }
}
