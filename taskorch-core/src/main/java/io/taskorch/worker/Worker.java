package io.taskorch.worker;

import io.taskorch.client.BatchClient;
import io.taskorch.json.PayloadCodec;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.Hints;
import io.taskorch.store.Stores;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import io.taskorch.task.Gathering;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims tasks and runs their handlers, from {@link #start} to {@link #close}. */
public final class Worker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  /** How long handlers may take to notice the interrupt at the end of the grace time. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  /** How long outcomes and log lines may take to be written after the last handler has ended. */
  private static final Duration FLUSH = Duration.ofSeconds(5);

  private final Stores stores;
  private final WorkerOptions options;
  private final InstantSource clock;
  private final BatchClient batches;
  private final String id;
  private final List<String> queues;
  private final Set<String> types;
  private final Map<String, Gathering> gathered;
  private final String host;

  private final Slots slots;
  private final ScheduledThreadPoolExecutor timer;
  private final NoteSender notes;
  private final LeaseKeeper leases;
  private final OutcomeBatcher outcomes;
  private final TaskRunner runner;
  private final Poller poller;
  private final Registration registration;

  private final ReentrantLock lifecycle = new ReentrantLock();
  private Hints.@Nullable Subscription hints;
  private boolean started;
  private boolean ended;
  private volatile boolean draining;

  public Worker(
      Stores stores,
      HandlerRegistry handlers,
      WorkerOptions options,
      PayloadCodec codec,
      InstantSource clock) {
    this.stores = stores;
    this.options = options;
    this.clock = clock;
    this.batches = new BatchClient(stores, codec, clock);
    this.id = TaskId.next(clock.instant(), 0);
    handlers.seal();
    this.types = handlers.types();
    this.gathered = handlers.gathered();
    this.queues = queues(options, handlers);
    this.host = host();
    int partitions = stores.partitions().count();
    Signal wakeUp = new Signal();
    this.slots = new Slots(options.concurrency(), wakeUp::raise);
    this.timer = timer();
    this.notes = new NoteSender("taskorch-notes-" + id);
    this.leases = new LeaseKeeper(stores.tasks(), options.lease(), "taskorch-leases-" + id);
    this.outcomes =
        new OutcomeBatcher(stores.tasks(), partitions, options.concurrency(), this::settled);
    this.runner =
        new TaskRunner(
            handlers, stores.runs(), codec, options.retryPolicy(), timer, clock, () -> draining);
    this.poller =
        new Poller(
            stores.tasks(),
            id,
            partitions,
            queues,
            types,
            gathered,
            options,
            slots,
            wakeUp,
            starter(),
            clock);
    this.registration =
        new Registration(
            stores.workers(), this::info, this::stopClaiming, "taskorch-registration-" + id);
  }

  private static List<String> queues(WorkerOptions options, HandlerRegistry handlers) {
    if (!options.queues().isEmpty()) {
      return options.queues();
    }
    Set<String> names = new LinkedHashSet<>();
    handlers.handlers().forEach(handler -> names.add(handler.queue()));
    names.add(TaskSpec.DEFAULT_QUEUE);
    return List.copyOf(names);
  }

  private ScheduledThreadPoolExecutor timer() {
    var executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("taskorch-timer-" + id).daemon().factory());
    // Most timeouts never fire: they must not stay in the heap until they would have.
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private Poller.Starter starter() {
    return new Poller.Starter() {
      @Override
      public void start(List<Leased> lot, long leaseEnd) {
        Leased first = lot.getFirst();
        if (gathered.containsKey(first.task().spec().type())) {
          startTogether(lot, leaseEnd);
          return;
        }
        LiveAttempt attempt = attempt(first, leaseEnd);
        leases.add(attempt);
        Thread.ofVirtual().name("task-" + attempt.taskId()).start(() -> run(attempt));
      }

      @Override
      public void release(Leased leased, long leaseEnd) {
        outcomes.reserve();
        outcomes.settle(attempt(leased, leaseEnd), new Outcome.Released());
      }
    };
  }

  private LiveAttempt attempt(Leased leased, long leaseEnd) {
    return new LiveAttempt(
        leased,
        leaseEnd,
        attempt -> new Notes(attempt, stores.tasks(), clock, notes),
        batches::handle);
  }

  private void startTogether(List<Leased> leased, long leaseEnd) {
    Lot lot = new Lot(leased.size());
    List<LiveAttempt> attempts = leased.stream().map(one -> attempt(one, leaseEnd)).toList();
    for (LiveAttempt attempt : attempts) {
      attempt.joins(lot);
      leases.add(attempt);
    }
    String first = attempts.getFirst().taskId();
    Thread.ofVirtual().name("task-" + first).start(() -> run(lot, attempts));
  }

  private void run(Lot lot, List<LiveAttempt> attempts) {
    Map<LiveAttempt, Outcome> ended = new LinkedHashMap<>();
    try {
      ended.putAll(runner.run(lot, attempts));
    } catch (Throwable e) {
      attempts.forEach(attempt -> ended.put(attempt, runnerFailed(attempt, e)));
    }
    if (!ended.isEmpty()) {
      outcomes.reserve(ended.size());
      ended.keySet().forEach(this::leave);
      outcomes.settle(ended);
    }
  }

  private void run(LiveAttempt attempt) {
    Outcome outcome = outcome(attempt);
    if (outcome != null) {
      settle(attempt, outcome);
    }
  }

  private @Nullable Outcome outcome(LiveAttempt attempt) {
    try {
      return runner.run(attempt);
    } catch (Throwable e) {
      return runnerFailed(attempt, e);
    }
  }

  private Outcome runnerFailed(LiveAttempt attempt, Throwable e) {
    log.error("task {}: the runner failed", attempt.taskId(), e);
    return new Outcome.Failed(
        new TaskError("exception", e.getClass().getName(), null, null),
        Reason.PERMANENT_ERROR,
        options.retryPolicy().maxAttempts());
  }

  private void settle(LiveAttempt attempt, Outcome outcome) {
    // The slot becomes free when there is room for the outcome, not when the store has answered.
    outcomes.reserve();
    leave(attempt);
    outcomes.settle(attempt, outcome);
  }

  private void leave(LiveAttempt attempt) {
    if (attempt.freesItsSlots()) {
      slots.end(attempt.slots());
    }
    Notes unsent = attempt.unsentNotes();
    if (unsent != null) {
      unsent.flush();
    }
  }

  private void settled(LiveAttempt attempt, Outcome outcome) {
    leases.remove(attempt);
    switch (outcome) {
      case Outcome.Retrying retrying -> lookIn(attempt, retrying.delay());
      case Outcome.Snoozed snoozed -> lookIn(attempt, snoozed.delay());
      case Outcome.Succeeded succeeded -> {}
      case Outcome.Failed failed -> {}
      case Outcome.SlowedDown slowed -> lookIn(attempt, slowed.retryAfter());
      case Outcome.Released released -> {}
    }
  }

  private void lookIn(LiveAttempt attempt, Duration delay) {
    poller.lookIn(TaskId.partitionOf(attempt.taskId()), delay);
  }

  /** The name it is registered under. */
  public String id() {
    return id;
  }

  /** What it tells the registry of itself. */
  public WorkerInfo info() {
    return new WorkerInfo(
        id,
        host,
        version(),
        options.pool(),
        queues,
        List.copyOf(types),
        options.labels(),
        slots.total(),
        slots.busy(),
        draining);
  }

  private static String version() {
    String version = Worker.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /**
   * Starts to claim; a second call changes nothing, nor does one after the end.
   *
   * @throws io.taskorch.task.StoreUnavailableException nothing has started; it may be called again
   */
  public void start() {
    lifecycle.lock();
    try {
      if (started || ended) {
        return;
      }
      hints = stores.hints().onWork(listener());
      started = true;
      leases.start(timer);
      notes.start();
      registration.start();
      poller.start();
    } finally {
      lifecycle.unlock();
    }
    log.info("worker {} takes {} from {}", id, types, queues);
  }

  private Hints.WorkListener listener() {
    return new Hints.WorkListener() {
      @Override
      public void ready(int partition, String queue) {
        poller.ready(partition, queue);
      }

      @Override
      public void cancelRequested(String taskId) {
        leases.look(taskId);
      }
    };
  }

  /**
   * Claims no more, lets running attempts finish within the grace time, then interrupts and
   * releases the rest, and returns when every outcome and log line is written or lost. After it has
   * returned nothing starts. A second call waits for the first.
   */
  public void drain() {
    lifecycle.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      draining = true;
      if (started) {
        registration.update();
        // In a thread of its own: an interrupt of the caller must not cut short what saves tasks.
        Threads.joinUninterruptibly(
            Thread.ofPlatform().name("taskorch-drain-" + id).start(this::end));
      }
      timer.shutdownNow();
    } finally {
      lifecycle.unlock();
    }
  }

  private void stopClaiming() {
    if (!draining) {
      log.info("worker {} is asked to drain", id);
      draining = true;
    }
    poller.stop();
  }

  private void end() {
    long graceEnd = System.nanoTime() + options.grace().toNanos();
    poller.stop();
    if (!slots.awaitIdle(graceEnd - System.nanoTime() - lastWords().toNanos())) {
      leases.attempts().forEach(attempt -> attempt.stop(Stop.SHUTDOWN));
      if (!slots.awaitIdle(lastWords().toNanos())) {
        abandonTheRest();
      }
    }
    if (!outcomes.awaitEmpty(FLUSH)) {
      log.warn("worker {} ends with outcomes unwritten; their leases will expire", id);
    }
    leases.stop();
    notes.stop();
    if (hints != null) {
      hints.close();
    }
    registration.leave();
    log.info("worker {} has ended", id);
  }

  /** The last part of the grace time is for handlers that are interrupted. */
  private Duration lastWords() {
    Duration tenth = options.grace().dividedBy(10);
    return tenth.compareTo(LAST_WORDS) < 0 ? tenth : LAST_WORDS;
  }

  private void abandonTheRest() {
    for (LiveAttempt attempt : leases.attempts()) {
      if (attempt.end()) {
        log.warn("task {}: its handler does not heed the interrupt; released", attempt.taskId());
        settle(attempt, new Outcome.Released());
      }
    }
  }

  /** Drains. */
  @Override
  public void close() {
    drain();
  }

  /** Whether it claims no more, of its own or because somebody asked. */
  public boolean draining() {
    return draining;
  }

  public int slots() {
    return slots.total();
  }

  /** Slots in which attempts run now. */
  public int busy() {
    return slots.busy();
  }

  /** When the store last answered a claim; empty before the first. */
  public Optional<Instant> lastPoll() {
    return Optional.ofNullable(poller.lastAnswer());
  }

  /** How long running attempts may take to finish when it drains. */
  public Duration grace() {
    return options.grace();
  }
}
