package io.taskorch.testing.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.Claim;
import io.taskorch.store.QueueStore.QueueView;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskQuery.TaskPage;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.task.LogLine;
import io.taskorch.task.Task;
import io.taskorch.task.TaskState;
import io.taskorch.testing.FaultProxy;
import io.taskorch.testing.TestNamespace;
import io.taskorch.workflow.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The model and a real store, led through the same calls and compared after each. */
final class Sides {

  /** Far from now, so that nothing is right by accident. */
  static final Instant START = Instant.parse("2031-05-04T03:02:01.234Z");

  final ReferenceModel model = new ReferenceModel(new ModelPartition(START, this::stepIds));
  final World world = new World(model, this::advance);
  private final TestNamespace namespace;
  private final FaultProxy proxy;
  private final Stores real;

  /**
   * @param namespace empty, of one partition, reached through the proxy
   */
  Sides(TestNamespace namespace, FaultProxy proxy) {
    this.namespace = namespace;
    this.proxy = proxy;
    this.real = namespace.stores();
    namespace.clock().stopAt(START);
  }

  private void advance(Duration time) {
    model.partition.advance(time);
    namespace.clock().advance(time);
  }

  private Map<String, String> stepIds(String runId) {
    Map<String, String> ids = new HashMap<>();
    real.runs().find(runId).orElseThrow().steps().forEach(s -> ids.put(s.name(), s.taskId()));
    return ids;
  }

  /**
   * Does it on both sides, and fails where they differ in the answer or in what they hold.
   *
   * @return the answer; null when there was nothing to call
   */
  @Nullable Object perform(Action action) {
    Object answer = call(action);
    Contents contents = Contents.of(namespace.raw(), "{" + namespace.name() + ":0}:");
    assertThat(Invariants.brokenIn(contents)).as("after " + action).isEmpty();
    Map<String, StoredTask> stored = Invariants.tasksIn(contents);
    assertThat(stored.keySet())
        .as("tasks after " + action)
        .isEqualTo(model.partition.tasks.keySet());
    for (StoredTask task : stored.values()) {
      assertThat(Held.of(task))
          .as("after " + action)
          .isEqualTo(Held.of(model.partition.tasks.get(task.id())));
    }
    return answer;
  }

  /** What the record of a task must say, whoever reads it. */
  private record Held(
      String id,
      TaskState state,
      long updated,
      int attempt,
      long fence,
      int failures,
      int crashes,
      int generation,
      int maxAttempts,
      boolean cancelRequested,
      char reason,
      String worker,
      String nonce) {

    static Held of(StoredTask task) {
      return new Held(
          task.id(),
          task.state(),
          task.updated(),
          task.attempt(),
          task.fence(),
          task.failures(),
          task.crashes(),
          task.generation(),
          task.maxAttempts(),
          task.cancelRequested(),
          task.reason(),
          task.worker(),
          task.state() == TaskState.RUNNING ? task.nonce() : "");
    }

    static Held of(ModelTask task) {
      return new Held(
          task.id,
          task.state,
          task.updatedAt.toEpochMilli(),
          task.attempt,
          task.fence,
          task.failures,
          task.crashes,
          task.generation,
          task.maxAttempts,
          task.cancelRequested,
          task.reason == null ? '-' : task.reason.code(),
          task.workerId == null ? "" : task.workerId,
          task.lease == null ? "" : task.lease.nonce());
    }
  }

  /** The same, but compares the answers only. */
  @Nullable Object call(Action action) {
    Call call = action.callIn(world);
    if (call == null) {
      return null;
    }
    boolean lossy = action instanceof Action.WithLostReply;
    if (lossy) {
      proxy.dropNextReply();
    }
    String before = model.partition.toString();
    Object actual = Call.answer(call, real);
    proxy.heal();
    Object expected = Call.answer(call, model);
    for (ModelRun run : model.partition.runs.values()) {
      world.addSteps(run.steps.stream().map(ModelRun.ModelStep::taskId).toList());
    }
    world.called(call, expected);
    boolean repeated = lossy || action instanceof Action.RepeatLast;
    assertThat(told(actual, lossy, repeated))
        .as(() -> "the answer to " + action + " with\n" + before)
        .isEqualTo(told(expected, lossy, repeated));
    return actual;
  }

  /** What a claim tells: times and attempts are left out where a repeat need not know them. */
  private record Told(
      Instant now, @Nullable Instant nextDue, Map<String, List<Claim.Leased>> byQueue) {

    static Told of(Claim claim, boolean repeated) {
      Map<String, List<Claim.Leased>> byQueue = new TreeMap<>();
      for (Claim.Leased leased : claim.leased()) {
        byQueue
            .computeIfAbsent(leased.task().spec().queue(), queue -> new ArrayList<>())
            .add(
                new Claim.Leased(
                    leased.lease(),
                    withoutHistory(leased.task()),
                    repeated ? Instant.EPOCH : leased.expiresAt()));
      }
      return new Told(claim.now(), repeated ? null : claim.nextDue(), byQueue);
    }
  }

  private static Task withoutHistory(Task task) {
    return new Task(
        task.id(),
        task.spec(),
        task.step(),
        task.state(),
        task.createdAt(),
        task.updatedAt(),
        task.startedAt(),
        task.dueAt(),
        task.attempt(),
        task.maxAttempts(),
        task.failures(),
        task.crashes(),
        task.generation(),
        task.fence(),
        task.cancelRequested(),
        task.reason(),
        task.workerId(),
        List.of(),
        null,
        null);
  }

  /**
   * What an answer tells for sure. A call whose reply was lost has been made twice, so that what it
   * says of its own effect may be that there was none.
   */
  private static Object told(Object answer, boolean lossy, boolean repeated) {
    return switch (answer) {
      case Claim claim -> Told.of(claim, repeated);
      case Task task -> task;
      case Run run -> run;
      case List<?> answers when lossy ->
          answers.stream().map(a -> a instanceof Enqueued e ? e.task() : a).toList();
      default -> lossy ? "anything" : answer;
    };
  }

  /** Compares everything that the ports show. */
  void compare() {
    for (String id : world.allTasks()) {
      assertThat(real.query().find(id)).as("task " + id).isEqualTo(model.query().find(id));
      assertThat(real.query().position(id))
          .as("position of " + id)
          .isEqualTo(model.query().position(id));
      assertThat(lines(real, id)).as("log of " + id).isEqualTo(lines(model, id));
    }
    for (String id : world.allRuns()) {
      assertThat(real.runs().find(id)).as("run " + id).isEqualTo(model.runs().find(id));
    }
    for (TaskState state : TaskState.values()) {
      if (state != TaskState.BLOCKED) {
        // the order of tasks of different queues is not told by the contract
        assertThat(listed(real, state)).as("list of " + state).isEqualTo(listed(model, state));
      }
    }
    assertThat(real.queues().list().stream().map(Sides::certain).toList())
        .as("queues")
        .isEqualTo(model.queues().list().stream().map(Sides::certain).toList());
  }

  private record Depths(String queue, boolean paused, Map<TaskState, Long> depth) {}

  private static Depths certain(QueueView view) {
    return new Depths(view.name(), view.paused(), view.depth());
  }

  private static List<String> lines(Stores stores, String id) {
    return stores.logs().read(id, 0, 1_000).lines().stream().map(LogLine::line).toList();
  }

  private static Map<String, List<String>> listed(Stores stores, TaskState state) {
    Map<String, List<String>> ids = new TreeMap<>();
    @Nullable String cursor = null;
    do {
      TaskPage page = stores.query().list(TaskFilter.ofState(state).from(cursor, 10));
      for (Task task : page.tasks()) {
        ids.computeIfAbsent(task.spec().queue(), queue -> new ArrayList<>()).add(task.id());
      }
      Optional<String> next = page.nextCursor();
      cursor = next.orElse(null);
    } while (cursor != null);
    return ids;
  }
}
