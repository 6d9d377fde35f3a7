package io.taskorch.testing.model;

import io.taskorch.store.Claim;
import io.taskorch.task.Lease;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a sequence has made so far: the ids and leases that its next action can name. */
final class World {

  private static final Instant ID_TIME = Instant.parse("2030-01-01T00:00:00Z");

  private final ReferenceModel model;
  private final Consumer<Duration> clock;
  private final List<String> tasks = new ArrayList<>();
  private final List<String> runs = new ArrayList<>();
  private final List<Lease> leases = new ArrayList<>();
  private int made;
  private @Nullable Call lastCall;

  /**
   * @param clock lets time pass
   */
  World(ReferenceModel model, Consumer<Duration> clock) {
    this.model = model;
    this.clock = clock;
  }

  Instant now() {
    return model.partition.now;
  }

  void advance(Duration time) {
    clock.accept(time);
  }

  String newTaskId() {
    String id = newId();
    tasks.add(id);
    return id;
  }

  String newRunId() {
    String id = newId();
    runs.add(id);
    return id;
  }

  private String newId() {
    made++;
    byte[] random = new byte[14];
    random[12] = (byte) (made >> 5);
    random[13] = (byte) made;
    return TaskId.of(ID_TIME, random, 0);
  }

  String newNonce() {
    return String.format("%022d", made++);
  }

  /** A task that the sequence stored, or a step of its runs, deleted or not. */
  @Nullable String anyTask(int number) {
    return pick(tasks, number);
  }

  /** Mostly a task that has ended, as those are what some verbs are for. */
  @Nullable String mostlyEndedTask(int number) {
    List<String> ended =
        tasks.stream()
            .filter(model.partition.tasks::containsKey)
            .filter(id -> model.partition.tasks.get(id).state.isFinal())
            .toList();
    return ended.isEmpty() || number % 4 == 0 ? anyTask(number) : pick(ended, number);
  }

  /** Mostly a task that has not ended. */
  @Nullable String mostlyOpenTask(int number) {
    List<String> open =
        tasks.stream()
            .filter(model.partition.tasks::containsKey)
            .filter(id -> !model.partition.tasks.get(id).state.isFinal())
            .toList();
    return open.isEmpty() || number % 4 == 0 ? anyTask(number) : pick(open, number);
  }

  /** A task that is there. */
  @Nullable String storedTask(int number) {
    return pick(tasks.stream().filter(model.partition.tasks::containsKey).toList(), number);
  }

  @Nullable String anyRun(int number) {
    return pick(runs, number);
  }

  /** Mostly a run that goes on, or that has ended. */
  @Nullable String mostlyRun(boolean ended, int number) {
    List<String> wanted =
        runs.stream()
            .filter(model.partition.runs::containsKey)
            .filter(id -> model.partition.runs.get(id).state.isFinal() == ended)
            .toList();
    return wanted.isEmpty() || number % 4 == 0 ? anyRun(number) : pick(wanted, number);
  }

  @Nullable Lease anyLease(int number) {
    return pick(leases, number);
  }

  @Nullable Lease heldLease(int number) {
    return pick(leases.stream().filter(this::isHeld).toList(), number);
  }

  @Nullable Lease mostlyHeldLease(int number) {
    Lease held = heldLease(number);
    return held == null || number % 4 == 0 ? staleLease(number) : held;
  }

  /** Mostly a lease that somebody else has taken over, which is the dangerous kind. */
  @Nullable Lease staleLease(int number) {
    List<Lease> takenOver =
        leases.stream()
            .filter(lease -> !isHeld(lease))
            .filter(lease -> model.partition.tasks.containsKey(lease.taskId()))
            .filter(lease -> model.partition.tasks.get(lease.taskId()).state == TaskState.RUNNING)
            .toList();
    return takenOver.isEmpty() || number % 4 == 0 ? anyLease(number) : pick(takenOver, number);
  }

  private boolean isHeld(Lease lease) {
    ModelTask task = model.partition.tasks.get(lease.taskId());
    return task != null && task.isHeldBy(lease);
  }

  private static <T> @Nullable T pick(List<T> from, int number) {
    return from.isEmpty() ? null : from.get(number % from.size());
  }

  /** The ids that the store chose for the steps of a run. */
  void addSteps(List<String> ids) {
    ids.stream().filter(id -> !tasks.contains(id)).forEach(tasks::add);
  }

  List<String> allTasks() {
    return List.copyOf(tasks);
  }

  List<String> allRuns() {
    return List.copyOf(runs);
  }

  @Nullable Call lastCall() {
    return lastCall;
  }

  void addLease(Lease lease) {
    leases.add(lease);
  }

  void called(Call call, Object answer) {
    lastCall = call;
    if (answer instanceof Claim claim) {
      for (Claim.Leased leased : claim.leased()) {
        if (!leases.contains(leased.lease())) {
          leases.add(leased.lease());
        }
      }
    }
  }
}
