package io.taskorch.redis;

import io.taskorch.store.NewRun;
import io.taskorch.store.Partitions;
import io.taskorch.store.RunStore;
import io.taskorch.task.Json;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Dag;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.PayloadReferences;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The moves and reads of workflow runs. */
final class RedisRunStore implements RunStore {

  private static final int STEPS_A_READ = 500;

  /** A caller goes on with what its change left over this often; the rest is upkeep's. */
  private static final int MOST_ADVANCES = 100;

  private final RedisCalls calls;
  private final Partitions partitions;
  private final RunLister lister;

  RedisRunStore(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
    this.lister = new RunLister(calls, partitions, this::header);
  }

  @Override
  public void start(NewRun run) {
    Dag dag = Dag.of(run.definition());
    int partition = TaskId.partitionOf(run.id());
    List<StagedStep> steps = staged(run, dag);
    String roots =
        edgesTo(dag, IntStream.range(0, dag.size()).filter(i -> dag.upstream(i).length == 0));
    for (Chunk<StagedStep> chunk : Chunk.split(steps, s -> partition, StagedStep::size)) {
      boolean first = chunk.items().getFirst().index == 0;
      Args args =
          Args.ofCapacity(7 + 7 * chunk.items().size())
              .add(run.id())
              .add(nameOf(run))
              .add(dag.size())
              .add(first ? run.input().utf8() : new byte[0])
              .add(first ? roots : "")
              .add(chunk.items().getFirst().index)
              .add(chunk.items().size());
      chunk.items().forEach(step -> step.addTo(args, dag));
      String reply = calls.word(partition, "run/stage", args);
      if (reply.equals("too_many_queues")) {
        throw RedisTaskStore.tooManyQueues();
      }
      if (reply.equals("exists")) {
        return;
      }
    }
    if (calls.word(partition, "run/commit", Args.of().add(run.id())).equals("more")) {
      advanceAll(calls, partition);
    }
  }

  /** A run's name and, behind an at sign, which no name has, the version of its definition. */
  private static String nameOf(NewRun run) {
    return run.definition().name() + (run.version() == null ? "" : "@" + run.version());
  }

  private record StagedStep(
      int index, String name, String id, TaskSpec spec, byte[] head, byte[] body) {

    int size() {
      return body.length;
    }

    void addTo(Args args, Dag dag) {
      args.add(id)
          .add(head)
          .add(delay(spec))
          .add(body)
          .add(name)
          .add(edgesTo(dag, Arrays.stream(dag.downstream(index))))
          .add(indexes(dag.upstream(index)));
    }

    private static String indexes(int[] places) {
      return Arrays.stream(places).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }

    private static long delay(TaskSpec spec) {
      Duration delay = spec.delay();
      Instant runAt = spec.runAt();
      if (delay != null) {
        return delay.toMillis();
      }
      return runAt == null || runAt.toEpochMilli() < TaskRecord.FIRST_TIME
          ? 0
          : runAt.toEpochMilli();
    }
  }

  /** Steps as {@code lib/run.lua} lists dependents: those that wait for nothing else are marked. */
  private static String edgesTo(Dag dag, IntStream steps) {
    return steps
        .mapToObj(i -> dag.upstream(i).length > 1 ? Integer.toString(i) : "=" + i)
        .collect(Collectors.joining(" "));
  }

  /**
   * The steps with ids that follow from the run's, so that the same run uploaded again is the same.
   */
  private static List<StagedStep> staged(NewRun run, Dag dag) {
    Set<String> names = dag.steps().stream().map(Step::name).collect(Collectors.toSet());
    String[] ids = new String[dag.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = stepId(run.id(), i);
    }
    List<StagedStep> staged = new ArrayList<>(dag.size());
    for (int i = 0; i < dag.size(); i++) {
      Step step = dag.steps().get(i);
      PayloadReferences references = PayloadReferences.of(step.task().payload(), names);
      Map<String, String> upstream = new HashMap<>();
      references.steps().forEach(name -> upstream.put(name, ids[dag.place(name)]));
      byte[] spec =
          SpecCodec.encode(step.task(), step.name(), upstream, references.refersToInput());
      staged.add(
          new StagedStep(
              i,
              step.name(),
              ids[i],
              step.task(),
              TaskRecord.head(step.task(), true, spec.length),
              TaskRecord.body(step.task(), run.id(), i, spec)));
    }
    return staged;
  }

  /**
   * A step's id: the time and partition of the run's, and a hash of the run's id and the step's
   * index between them.
   */
  static String stepId(String runId, int index) {
    byte[] digest = Sha256.of((runId + "/" + index).getBytes(StandardCharsets.US_ASCII));
    return TaskId.of(TaskId.timeOf(runId), digest, TaskId.partitionOf(runId));
  }

  @Override
  public Optional<Run> find(String id) {
    if (!partitions.holds(id)) {
      return Optional.empty();
    }
    List<Run.StepStatus> steps = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Object> reply = read(id, 0, STEPS_A_READ);
    if (reply.isEmpty()) {
      return Optional.empty();
    }
    int size = (int) Replies.number(reply.get(5));
    List<Object> head = reply;
    while (true) {
      for (int i = HEAD_LENGTH; i < reply.size(); i += 4) {
        names.add(Replies.text(reply.get(i + 1)));
        steps.add(step(reply.subList(i, i + 4), names));
      }
      if (steps.size() >= size) {
        return Optional.of(run(id, head, steps));
      }
      reply = read(id, steps.size(), STEPS_A_READ);
      if (reply.size() <= HEAD_LENGTH) {
        return Optional.empty();
      }
    }
  }

  private static final int HEAD_LENGTH = 7;

  private List<Object> read(String id, int first, int most) {
    return calls.list(TaskId.partitionOf(id), "run/read", Args.of().add(id).add(first).add(most));
  }

  private static Run.StepStatus step(List<Object> row, List<String> names) {
    byte[] record = Replies.bytes(row.get(2));
    List<String> dependencies = new ArrayList<>();
    String upstream = Replies.text(row.get(3));
    if (!upstream.isEmpty()) {
      for (String index : upstream.split(" ", -1)) {
        dependencies.add(names.get(Integer.parseInt(index)));
      }
    }
    TaskRecord.Header header = TaskRecord.Header.of(record);
    return new Run.StepStatus(
        Replies.text(row.get(1)),
        header.state(),
        Replies.text(row.get(0)),
        dependencies,
        header.attempt(),
        header.started(),
        header.state().isFinal() ? header.updated() : null,
        header.reason());
  }

  private static Run run(String id, List<Object> head, List<Run.StepStatus> steps) {
    String[] name = Replies.text(head.get(1)).split("@", 2);
    return new Run(
        id,
        name[0],
        name.length == 1 ? null : Integer.valueOf(name[1]),
        RunState.ofCode(Replies.text(head.get(0)).charAt(0)),
        Json.ofUtf8(Replies.bytes(head.get(6))),
        Instant.ofEpochMilli(Replies.number(head.get(2))),
        Replies.time(head.get(3)),
        Replies.flag(head.get(4)),
        steps);
  }

  /** A run without its steps. */
  private @Nullable Run header(String id) {
    List<Object> reply = read(id, 0, 0);
    return reply.isEmpty() ? null : run(id, reply, List.of());
  }

  @Override
  public RunPage list(RunFilter filter) {
    return lister.list(filter);
  }

  @Override
  public Run cancel(String id) {
    move("cancel", id, "run/cancel", Args.of().add(id));
    advanceAll(calls, TaskId.partitionOf(id));
    return require(id);
  }

  @Override
  public Run retry(String id, String operation) {
    move("retry", id, "run/retry", Args.of().add(id).add(operation));
    advanceAll(calls, TaskId.partitionOf(id));
    return require(id);
  }

  private void move(String verb, String id, String script, Args args) {
    if (!partitions.holds(id)) {
      throw new TaskNotFoundException(id);
    }
    String reply = calls.word(TaskId.partitionOf(id), script, args);
    switch (reply) {
      case "ok" -> {}
      case "not_found" -> throw new TaskNotFoundException(id);
      default -> throw new IllegalRunMoveException(verb, id, RunState.ofCode(reply.charAt(0)));
    }
  }

  private Run require(String id) {
    return find(id).orElseThrow(() -> new TaskNotFoundException(id));
  }

  @Override
  public StepInput input(String runId, Map<String, String> upstream) {
    List<String> names = List.copyOf(upstream.keySet());
    List<String> ids = names.stream().map(upstream::get).map(String::valueOf).toList();
    List<Object> reply =
        calls.list(TaskId.partitionOf(runId), "run/input", Args.of().add(runId).addAll(ids));
    Map<String, Json> results = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      byte[] result = Replies.bytes(reply.get(i + 1));
      results.put(names.get(i), result.length == 0 ? Json.NULL : Json.ofUtf8(result));
    }
    return new StepInput(Json.ofUtf8(Replies.bytes(reply.get(0))), results);
  }

  @Override
  public int advance(int partition) {
    return advance(calls, partition);
  }

  private static int advance(RedisCalls calls, int partition) {
    return (int) calls.number(partition, "run/advance", Args.of());
  }

  /** Goes on with what a call has left over. Beyond a bound it is left to upkeep. */
  static void advanceAll(RedisCalls calls, int partition) {
    int left = MOST_ADVANCES;
    while (advance(calls, partition) > 0 && left > 0) {
      left--;
    }
  }
}
