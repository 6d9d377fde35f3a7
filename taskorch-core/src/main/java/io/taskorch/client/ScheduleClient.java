package io.taskorch.client;

import io.taskorch.json.PayloadCodec;
import io.taskorch.schedule.DeclaredScheduleException;
import io.taskorch.schedule.Firing;
import io.taskorch.schedule.Firing.Kind;
import io.taskorch.schedule.Firings;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.ScheduleNotFoundException;
import io.taskorch.schedule.ScheduleProgress;
import io.taskorch.schedule.Target;
import io.taskorch.schedule.Turn;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.ScheduleStore.SchedulePage;
import io.taskorch.store.ScheduledWork;
import io.taskorch.store.ScheduledWork.Plan;
import io.taskorch.store.StoredSchedule;
import io.taskorch.store.Stores;
import io.taskorch.task.Json;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.Violations;
import io.taskorch.workflow.Run;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, reads and operates schedules. They are fired by upkeep, in whichever processes it runs.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store cannot be reached in
 * time.
 */
public final class ScheduleClient {

  private static final Logger log = LoggerFactory.getLogger(ScheduleClient.class);

  /** How many instants one backfill may fire. */
  public static final int MOST_BACKFILLED = 1000;

  /** How many instants one preview tells. */
  public static final int MOST_PREVIEWED = 1000;

  /** How often a change is begun anew because somebody else was faster. */
  private static final int MOST_ATTEMPTS = 20;

  private final Stores stores;
  private final ScheduleStore schedules;
  private final ScheduledWork work;
  private final PayloadCodec codec;

  public ScheduleClient(Stores stores, PayloadCodec codec) {
    this.stores = stores;
    this.schedules = stores.schedules();
    this.work = new ScheduledWork(stores);
    this.codec = codec;
  }

  /** See {@link #put(Schedule, Boolean)}; whether it is paused stays as it is. */
  public Put put(Schedule schedule) {
    return put(schedule, null);
  }

  /**
   * Makes a schedule, or makes one different. What is the same already is left alone. When its
   * times change, the next one is the first from now on.
   *
   * @param paused null to leave that as it is
   * @throws io.taskorch.task.InvalidTaskException its task's payload is not JSON, its workflow is
   *     not stored, or the input does not keep to the workflow's schema
   * @throws DeclaredScheduleException settings or code declare it
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public Put put(Schedule schedule, @Nullable Boolean paused) {
    requireJson(schedule);
    Plan unused = work.plan(schedule);
    return attempt(
        () -> {
          Optional<StoredSchedule> found = schedules.find(schedule.name());
          String owner = found.map(StoredSchedule::declaredBy).orElse(null);
          if (owner != null) {
            throw new DeclaredScheduleException(schedule.name(), owner);
          }
          return put(schedule, paused, null, found.orElse(null));
        });
  }

  private void requireJson(Schedule schedule) {
    Violations wrong = new Violations();
    switch (schedule.target()) {
      case Target.OfTask(TaskSpec task) -> requireJson("/task/payload", task.payload(), wrong);
      case Target.OfWorkflow workflow -> requireJson("/workflow/input", workflow.input(), wrong);
    }
    wrong.throwIfAny();
  }

  private void requireJson(String pointer, Json document, Violations wrong) {
    if (!codec.isJson(document)) {
      wrong.add(pointer, "malformed", "is not one JSON document");
    }
  }

  private Optional<Put> put(
      Schedule schedule,
      @Nullable Boolean paused,
      @Nullable String owner,
      @Nullable StoredSchedule before) {
    Instant now = schedules.now();
    if (before == null) {
      ScheduleProgress progress =
          ScheduleProgress.from(new Firings(schedule, now).next(now).orElse(null));
      progress = Boolean.TRUE.equals(paused) ? progress.paused(null) : progress;
      return save(new StoredSchedule(schedule, owner, now, now, 0, progress))
          .map(stored -> new Put(stored, true));
    }
    ScheduleProgress progress = before.progress();
    StoredSchedule changed =
        new StoredSchedule(schedule, owner, before.createdAt(), now, before.revision(), progress);
    if (!sameTimes(schedule, before.schedule())) {
      changed = changed.with(progress.withNext(changed.firings().next(now).orElse(null)));
    }
    if (paused != null && paused != progress.paused()) {
      changed = changed.with(paused ? changed.progress().paused(null) : resumed(changed, now));
    }
    boolean same =
        schedule.equals(before.schedule())
            && changed.progress().equals(progress)
            && Objects.equals(owner, before.declaredBy());
    return same
        ? Optional.of(new Put(before, false))
        : save(changed).map(stored -> new Put(stored, false));
  }

  private static boolean sameTimes(Schedule one, Schedule other) {
    return one.rule().equals(other.rule())
        && one.zone().equals(other.zone())
        && one.jitter().equals(other.jitter())
        && Objects.equals(one.startsAt(), other.startsAt())
        && Objects.equals(one.endsAt(), other.endsAt())
        && one.excludeDates().equals(other.excludeDates());
  }

  private static ScheduleProgress resumed(StoredSchedule stored, Instant now) {
    return stored.progress().resumed(stored.firings().next(now).orElse(null));
  }

  /** What is stored afterwards; empty when somebody else was faster. */
  private Optional<StoredSchedule> save(StoredSchedule stored) {
    ScheduleProgress progress = stored.progress();
    boolean waits = progress.queued() != null || !progress.open().isEmpty();
    Instant lookAt =
        waits && !progress.paused()
            ? stored.updatedAt()
            : Turn.firstLook(stored.firings(), progress);
    return schedules.save(stored, lookAt)
        ? schedules.find(stored.schedule().name())
        : Optional.empty();
  }

  private interface Change<T> {
    Optional<T> tryOnce();
  }

  private static <T> T attempt(Change<T> change) {
    for (int i = 0; i < MOST_ATTEMPTS; i++) {
      Optional<T> done = change.tryOnce();
      if (done.isPresent()) {
        return done.get();
      }
    }
    throw new StoreUnavailableException(
        "others change this schedule all the time", new ConcurrentModificationException());
  }

  /**
   * Makes what somebody declares, all of it, be so: adds, changes, and removes what the same owner
   * declared before and does not any more. A schedule of the same name that is somebody else's is
   * left alone, and a warning says so.
   *
   * <p>Its workflow need not be stored yet: firings are missed until it is.
   *
   * @param owner who declares, such as {@code config}
   */
  public void declare(String owner, List<Schedule> declared) {
    declareAll(Map.of(owner, declared));
  }

  /** As {@link #declare}, for several owners. */
  public void declareAll(Map<String, List<Schedule>> byOwner) {
    if (byOwner.isEmpty()) {
      return;
    }
    byOwner.values().forEach(declared -> declared.forEach(this::requireJson));
    byOwner.forEach((owner, declared) -> declared.forEach(schedule -> store(owner, schedule)));
    schedules
        .declared()
        .forEach(
            (name, owner) -> {
              List<Schedule> declared = byOwner.get(owner);
              if (declared != null && declared.stream().noneMatch(s -> s.name().equals(name))) {
                log.info("schedule {} is not declared by {} any more, and deleted", name, owner);
                schedules.delete(name);
              }
            });
  }

  private void store(String owner, Schedule schedule) {
    boolean ours = attempt(() -> declareOnce(owner, schedule));
    if (!ours) {
      log.warn(
          "schedule {} is declared by {}, but another of that name is stored, which stays;"
              + " delete it, or rename one of the two",
          schedule.name(),
          owner);
    }
  }

  private Optional<Boolean> declareOnce(String owner, Schedule schedule) {
    StoredSchedule before = schedules.find(schedule.name()).orElse(null);
    if (before != null && !owner.equals(before.declaredBy())) {
      return Optional.of(false);
    }
    return put(schedule, null, owner, before).map(put -> true);
  }

  public Optional<StoredSchedule> find(String name) {
    return schedules.find(name);
  }

  /**
   * @throws ScheduleNotFoundException no such schedule
   */
  public StoredSchedule get(String name) {
    return find(name).orElseThrow(() -> new ScheduleNotFoundException(name));
  }

  /** See {@link ScheduleStore#list}. */
  public SchedulePage list(int limit, @Nullable String cursor) {
    return schedules.list(limit, cursor);
  }

  /**
   * Deletes a schedule; its tasks stay. One that is declared comes back with the next start of who
   * declares it.
   *
   * @throws ScheduleNotFoundException no such schedule
   */
  public void delete(String name) {
    schedules.delete(get(name).schedule().name());
  }

  /**
   * Stops a schedule; what it has started goes on. A paused one stays as it is.
   *
   * @throws ScheduleNotFoundException no such schedule
   */
  public StoredSchedule pause(String name) {
    return change(name, stored -> stored.progress().paused(null), true);
  }

  /**
   * Lets a paused schedule go on with the first instant from now on.
   *
   * @throws ScheduleNotFoundException no such schedule
   */
  public StoredSchedule resume(String name) {
    Instant now = schedules.now();
    return change(name, stored -> resumed(stored, now), false);
  }

  private StoredSchedule change(
      String name, Function<StoredSchedule, ScheduleProgress> change, boolean pause) {
    return attempt(
        () -> {
          StoredSchedule stored = get(name);
          return stored.progress().paused() == pause
              ? Optional.of(stored)
              : save(stored.with(change.apply(stored)));
        });
  }

  /**
   * Makes a schedule's task or run now, whatever its times and overlap say, and whether it is
   * paused or not. Later firings see it as one of the schedule's.
   *
   * @throws ScheduleNotFoundException no such schedule
   * @throws io.taskorch.task.InvalidTaskException its workflow cannot run with its input any more
   */
  public Triggered trigger(String name) {
    StoredSchedule stored = get(name);
    Plan plan = work.plan(stored.schedule());
    int home = work.home(stored.schedule()).orElseGet(stores.partitions()::any);
    String id = stores.partitions().newId(home, schedules.now());
    work.start(List.of(id), plan);
    follow(name, List.of(id));
    return switch (plan) {
      case Plan.OfTask task ->
          new Triggered.OfTask(
              stores.query().find(id).orElseThrow(() -> new TaskNotFoundException(id)));
      case Plan.OfRun run ->
          new Triggered.OfRun(
              stores.runs().find(id).orElseThrow(() -> new TaskNotFoundException(id)));
    };
  }

  /** Has the schedule follow what did not come from its time. */
  private void follow(String name, List<String> ids) {
    boolean unused =
        attempt(
            () -> {
              StoredSchedule stored = schedules.find(name).orElse(null);
              if (stored == null || !Turn.follows(stored.schedule())) {
                return Optional.of(false);
              }
              return save(stored.with(stored.progress().following(ids))).map(saved -> true);
            });
  }

  /**
   * Makes the tasks or runs that a schedule would have made in a window of the past, each once:
   * what an earlier backfill has made is not made again. What the schedule fired by itself is.
   *
   * @param from the window's begin
   * @param to its end, which is not part of it
   * @param overlap what holds against those of the schedule that have not ended, and among these:
   *     {@link Overlap#ALLOW} makes all of them at once, {@link Overlap#SKIP} the first one if
   *     there are none, {@link Overlap#CANCEL_RUNNING} cancels them and makes the last one
   * @throws ScheduleNotFoundException no such schedule
   * @throws io.taskorch.task.InvalidTaskException the window cannot be, or has more than {@link
   *     #MOST_BACKFILLED} instants, or the schedule's workflow cannot run with its input any more
   */
  public Backfill backfill(String name, Instant from, Instant to, Overlap overlap) {
    StoredSchedule stored = get(name);
    Plan plan = work.plan(stored.schedule());
    List<Instant> instants = window(stored, from, to, overlap);
    List<String> open = open(stored);
    List<Instant> fire =
        instants.isEmpty()
            ? instants
            : switch (overlap) {
              case ALLOW -> instants;
              case SKIP -> open.isEmpty() ? List.of(instants.getFirst()) : List.of();
              case CANCEL_RUNNING -> List.of(instants.getLast());
              case QUEUE_ONE -> throw new IllegalStateException("was refused");
            };
    if (overlap == Overlap.CANCEL_RUNNING && !fire.isEmpty()) {
      open.forEach(work::cancel);
    }
    int partitions = stores.partitions().count();
    OptionalInt home = work.home(stored.schedule());
    List<String> ids =
        fire.stream()
            .map(
                instant ->
                    new Firing(stored.schedule(), instant, Kind.BACKFILL).id(partitions, home))
            .toList();
    work.start(ids, plan);
    follow(name, ids);
    return new Backfill(ids, instants.size() - ids.size());
  }

  private List<Instant> window(StoredSchedule stored, Instant from, Instant to, Overlap overlap) {
    Violations wrong = new Violations();
    wrong.instant("/from", from);
    wrong.instant("/to", to);
    if (!from.isBefore(to)) {
      wrong.add("/to", "conflict", "is not after from");
    }
    if (to.isAfter(schedules.now())) {
      wrong.add("/to", "out-of-range", "is in the future, which the schedule fires by itself");
    }
    if (overlap == Overlap.QUEUE_ONE) {
      wrong.add("/overlap", "not-allowed", "is not allow, skip or cancel_running");
    }
    wrong.throwIfAny();
    Firings firings = stored.firings();
    List<Instant> instants = new ArrayList<>();
    Instant at = firings.next(from.minusNanos(1)).orElse(to);
    while (at.isBefore(to)) {
      instants.add(at);
      if (instants.size() > MOST_BACKFILLED) {
        wrong.add("/to", "out-of-range", "makes more than " + MOST_BACKFILLED + " firings");
        wrong.throwIfAny();
      }
      at = firings.next(at).orElse(to);
    }
    return instants;
  }

  private List<String> open(StoredSchedule stored) {
    Map<String, TaskState> states = work.states(stored.progress().open());
    return stored.progress().open().stream()
        .filter(id -> states.containsKey(id) && !states.get(id).isFinal())
        .toList();
  }

  /**
   * The next instants of a schedule, paused or not.
   *
   * @param count 1 to {@link #MOST_PREVIEWED}
   * @throws ScheduleNotFoundException no such schedule
   */
  public List<Preview> next(String name, int count) {
    StoredSchedule stored = get(name);
    Firings firings = stored.firings();
    Instant pending = stored.progress().paused() ? null : stored.progress().next();
    Optional<Instant> at = pending == null ? firings.next(schedules.now()) : Optional.of(pending);
    List<Preview> previews = new ArrayList<>();
    while (at.isPresent() && previews.size() < Math.min(count, MOST_PREVIEWED)) {
      Instant instant = at.get();
      previews.add(
          new Preview(
              instant,
              instant.atZone(stored.schedule().zone()).toOffsetDateTime(),
              firings.firesAt(instant)));
      at = firings.next(instant);
    }
    return previews;
  }

  /** What a trigger has made. */
  public sealed interface Triggered {
    /** A task. */
    record OfTask(Task task) implements Triggered {}

    /** A workflow run. */
    record OfRun(Run run) implements Triggered {}
  }

  /** The store's time, which schedules go by. */
  public Instant now() {
    return schedules.now();
  }

  /**
   * What a call to store a schedule did.
   *
   * @param created false when there was one of that name, which is different now or has stayed
   */
  public record Put(StoredSchedule stored, boolean created) {}

  /**
   * What a backfill did.
   *
   * @param ids of the tasks or runs that instants made, now or in an earlier backfill
   * @param skipped how many instants made none
   */
  public record Backfill(List<String> ids, int skipped) {
    public Backfill {
      ids = List.copyOf(ids);
    }
  }

  /**
   * An instant to come.
   *
   * @param local the same by the schedule's zone
   * @param firesAt the instant and its jitter
   */
  public record Preview(Instant instant, OffsetDateTime local, Instant firesAt) {}
}
