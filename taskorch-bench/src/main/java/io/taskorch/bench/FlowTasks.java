package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.limit.Limits;
import io.taskorch.limit.RateLimit;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.UniqueKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Tasks that are held back by more than their place in a queue, beside plain ones. */
final class FlowTasks implements Benchmark {

  private static final int MANY = 1_000;

  /** The most keys that a cost is compared on, and the fewest. */
  private static final int MOST = 100_000;

  private static final int FEWEST = 100;

  private static final Measure PLAIN_ENQUEUE =
      Measure.rate("plain tasks beside those below, enqueued by one thread", "tasks/s")
          .comparedTo(Ceiling.ENQUEUE);
  private static final Measure PLAIN_DRAIN =
      Measure.rate("plain tasks beside those below, drain", "tasks/s").comparedTo(Ceiling.DRAIN);
  private static final Measure PLAIN_CPU =
      Measure.cost("Redis CPU per task, plain tasks beside those below, drain", "µs");

  /**
   * What tasks wait for.
   *
   * @param keys how many groups or keys they are of
   * @param limits what is set of each limit; null for nothing
   */
  private record Kind(
      Measure enqueue,
      Measure drain,
      Measure cpu,
      int keys,
      IntFunction<TaskSpec> task,
      @Nullable Limits limits) {}

  private final List<Kind> kinds = new ArrayList<>();

  FlowTasks(TaskSpec task) {
    kinds.add(new Kind(PLAIN_ENQUEUE, PLAIN_DRAIN, PLAIN_CPU, 0, i -> task, null));
    add(
        "unique tasks, each with its key",
        0,
        i -> task.toBuilder().unique(UniqueKey.of("customer " + i)).build(),
        null,
        null);
    Measure groups = null;
    for (int keys : new int[] {FEWEST, MANY, MOST}) {
      groups =
          add(
              "tasks of %,d groups".formatted(keys),
              keys,
              i -> task.toBuilder().group("tenant-" + i % keys).build(),
              null,
              groups);
    }
    add(
        "tasks of a limit whose rate does not bind",
        1,
        i -> task.toBuilder().limit("key-0").build(),
        Limits.ofRate(new RateLimit(1_000_000, Duration.ofSeconds(1), 1_000_000)),
        null);
    Measure limits = null;
    for (int keys : new int[] {FEWEST, MANY, MOST}) {
      limits =
          add(
              "tasks of %,d limits, one at a time each".formatted(keys),
              keys,
              i -> task.toBuilder().limit("key-" + i % keys).build(),
              Limits.ofConcurrency(1),
              limits);
    }
  }

  /** Returns the cost with the fewest keys, to which that with the most is compared. */
  private Measure add(
      String name,
      int keys,
      IntFunction<TaskSpec> task,
      @Nullable Limits limits,
      @Nullable Measure fewest) {
    Measure enqueue =
        Measure.rate(name + ", enqueued by one thread", "tasks/s").comparedTo(PLAIN_ENQUEUE);
    Measure drain = Measure.rate(name + ", drain", "tasks/s").comparedTo(PLAIN_DRAIN);
    // One at a time of few keys keeps a worker waiting.
    drain = keys == FEWEST ? drain : drain.withGoal(0.6);
    Measure cpu = Measure.cost("Redis CPU per task, " + name + ", drain", "µs");
    if (fewest != null) {
      cpu = cpu.comparedTo(fewest).withGoal(1.3);
    }
    kinds.add(new Kind(enqueue, drain, cpu, keys, task, limits));
    return fewest == null ? cpu : fewest;
  }

  @Override
  public String name() {
    return "flow";
  }

  @Override
  public String description() {
    return "tasks with unique keys, of groups, of limits, as a share of plain tasks";
  }

  @Override
  public List<Measure> measures() {
    Map<String, List<Measure>> measures = new LinkedHashMap<>();
    for (Kind kind : kinds) {
      measures.computeIfAbsent("enqueue", any -> new ArrayList<>()).add(kind.enqueue);
      measures.computeIfAbsent("drain", any -> new ArrayList<>()).add(kind.drain);
      measures.computeIfAbsent("cpu", any -> new ArrayList<>()).add(kind.cpu);
    }
    return measures.values().stream().flatMap(List::stream).toList();
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    for (Kind kind : kinds) {
      measure(rig, sheet, kind);
    }
  }

  private static void measure(Rig rig, Sheet sheet, Kind kind) throws InterruptedException {
    int tasks = rig.tasks(kind.keys == MOST ? 1 : 0.5);
    List<List<TaskSpec>> batches = new ArrayList<>();
    for (int from = 0; from < tasks; from += Rig.BATCH) {
      List<TaskSpec> batch = new ArrayList<>(Rig.BATCH);
      for (int i = from; i < from + Rig.BATCH; i++) {
        batch.add(kind.task.apply(i));
      }
      batches.add(batch);
    }
    String namespace = rig.newNamespace();
    try (Taskorch client = rig.client(namespace)) {
      if (kind.limits != null) {
        for (int i = 0; i < Math.min(kind.keys, tasks); i++) {
          var unused = client.limits().limit("key-" + i, kind.limits);
        }
      }
      sheet.add(kind.enqueue, Rate.of(tasks, () -> batches.forEach(client.client()::enqueueAll)));
    }
    double before = rig.probe().cpuMicros();
    sheet.add(kind.drain, Drain.rate(rig.connection(namespace), tasks, Drain.SLOTS));
    sheet.add(kind.cpu, (rig.probe().cpuMicros() - before) / tasks);
    rig.flush();
  }
}
