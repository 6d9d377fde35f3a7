package io.taskorch.redis;

import io.taskorch.store.NewRun;
import io.taskorch.task.Json;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A run that is stored step by step, then begun by one call. Its ids follow from the run's, so that
 * the same run uploaded again is the same.
 *
 * @param name of its definition
 * @param version of the definition; null when it is not stored
 * @param steps in topological order
 * @param parent the step that begins it, {@code <run> <index>}; empty for none
 * @param depth how many runs began one another up to this one
 * @param window how many steps are in work at a time; 0 for all
 */
record RunUpload(
    String id,
    String name,
    @Nullable Integer version,
    Json input,
    List<UploadedStep> steps,
    String parent,
    int depth,
    int window) {

  /** Edges that one call stores of a step. */
  private static final int MOST_WAITS = 1000;

  /**
   * A step that is uploaded.
   *
   * @param upstream places of its dependencies
   * @param downstream places of the steps that depend on it
   * @param done id of a task that has succeeded in its place; empty for none
   */
  record UploadedStep(Step step, StoredStep stored, int[] upstream, int[] downstream, String done) {

    /** A step that waits for nothing and that nothing waits for. */
    static UploadedStep alone(Step step, StoredStep stored) {
      return new UploadedStep(step, stored, new int[0], new int[0], "");
    }
  }

  /** A step's id: the time and partition of the run's, and a hash of the run's id and the index. */
  static String stepId(String runId, int index) {
    return TaskId.derived(runId, Integer.toString(index));
  }

  /** Somebody has begun to store the run as another definition, or another version of it. */
  static final class OtherVersionException extends IllegalStateException {
    private static final long serialVersionUID = 1L;
    private final int version;

    private OtherVersionException(String id, String stored) {
      super("run " + id + " is being stored as " + stored);
      int at = stored.lastIndexOf('@');
      this.version = at < 0 ? 0 : Integer.parseInt(stored.substring(at + 1));
    }

    /** 0 when that definition is not stored. */
    int version() {
      return version;
    }
  }

  /** As {@link #store(RedisCalls, NewRun.Fork)}, of a run that is no fork. */
  boolean store(RedisCalls calls) {
    return store(calls, null);
  }

  /**
   * Stores and begins the run; one that has begun already is left as it is.
   *
   * @param fork how it follows from another run; null for one that does not
   * @return whether there is more to do than one call does
   * @throws OtherVersionException somebody has begun to store it otherwise
   */
  boolean store(RedisCalls calls, NewRun.@Nullable Fork fork) {
    int partition = TaskId.partitionOf(id);
    List<Staged> staged = IntStream.range(0, steps.size()).mapToObj(this::staged).toList();
    boolean compensates = steps.stream().anyMatch(s -> s.step().compensateWith() != null);
    for (Chunk<Staged> chunk : Chunk.split(staged, s -> partition, Staged::size, Staged::work)) {
      int first = chunk.items().getFirst().index;
      Args args =
          Args.ofCapacity(11 + 12 * chunk.items().size())
              .add(id)
              .add(version == null ? name : name + "@" + version)
              .add(steps.size())
              .add(first == 0 ? input.utf8() : new byte[0])
              .add(first == 0 ? edgesToRoots() : "")
              .add(first)
              .add(chunk.items().size())
              .add(parent)
              .add(depth)
              .add(window)
              .add(compensates);
      chunk.items().forEach(step -> addTo(args, step));
      String reply = calls.word(partition, "run/stage", args);
      if (reply.equals("too_many_queues")) {
        throw RedisTaskStore.tooManyQueues();
      }
      if (reply.startsWith("other ")) {
        throw new OtherVersionException(id, reply.substring("other ".length()));
      }
      if (reply.equals("exists") || !storeWaits(chunk, calls)) {
        return false;
      }
    }
    Args args =
        fork == null
            ? Args.of().add(id).add("").add("").add("")
            : Args.of().add(id).add(fork.runId()).add(fork.fromStep()).add(fork.actor());
    return calls.word(partition, "run/commit", args).equals("more");
  }

  /**
   * What holds back the steps that it is too much for one call of; false when the run has begun.
   */
  private boolean storeWaits(Chunk<Staged> chunk, RedisCalls calls) {
    for (Staged step : chunk.items()) {
      int[] holding = step.isLarge() ? step.holding : new int[0];
      for (int from = 0; from < holding.length; from += MOST_WAITS) {
        int to = Math.min(holding.length, from + MOST_WAITS);
        Args args =
            Args.of().add(id).add(step.index).add(indexes(Arrays.copyOfRange(holding, from, to)));
        if (calls.word(chunk.partition(), "run/stage_waits", args).equals("exists")) {
          return false;
        }
      }
    }
    return true;
  }

  /** Steps that nothing holds back when the run begins, which is what they wait for alone. */
  private String edgesToRoots() {
    return IntStream.range(0, steps.size())
        .filter(i -> steps.get(i).done().isEmpty() && holding(i).length == 0)
        .mapToObj(i -> "=" + i)
        .collect(Collectors.joining(" "));
  }

  /** Dependencies that hold a step back when the run begins. */
  private int[] holding(int index) {
    UploadedStep step = steps.get(index);
    int[] open =
        Arrays.stream(step.upstream()).filter(i -> steps.get(i).done().isEmpty()).toArray();
    boolean oneIsEnough = step.step().join() == Join.ANY_SUCCEEDED;
    return oneIsEnough && open.length < step.upstream().length ? new int[0] : open;
  }

  /**
   * @param holding places of the dependencies that hold it back when the run begins
   */
  private record Staged(int index, byte[] head, byte[] body, int[] holding) {
    int size() {
      return body.length;
    }

    int work() {
      return 2 + (isLarge() ? 0 : holding.length / 8);
    }

    boolean isLarge() {
      return holding.length > MOST_WAITS;
    }
  }

  private Staged staged(int index) {
    UploadedStep step = steps.get(index);
    TaskSpec task = step.step().task();
    byte[] spec = SpecCodec.encode(task, step.stored());
    return new Staged(
        index,
        TaskRecord.head(task, step.stored(), spec.length),
        TaskRecord.body(task, id, index, spec),
        step.done().isEmpty() ? holding(index) : new int[0]);
  }

  private void addTo(Args args, Staged staged) {
    UploadedStep step = steps.get(staged.index);
    String signal = step.step().signal();
    args.add(stepId(id, staged.index))
        .add(staged.head)
        .add(delay(step.step()))
        .add(staged.body)
        .add(step.step().name())
        .add(edgesTo(Arrays.stream(step.downstream())))
        .add(indexes(step.upstream()))
        .add(counted(step, staged.holding))
        .add(staged.isLarge() ? "" : indexes(staged.holding))
        .add(mark(step.step().join()))
        .add(signal == null ? "" : signal)
        .add(step.done());
  }

  /** What {@code lib/run.lua} counts of what holds a step back. The rest have succeeded. */
  private static String counted(UploadedStep step, int[] holding) {
    if (isAlone(step)) {
      return "";
    }
    return holding.length + (holding.length < step.upstream().length ? "+" : "");
  }

  /** Whether it depends on one step alone and so needs no count. */
  private static boolean isAlone(UploadedStep step) {
    return step.upstream().length <= 1 && step.step().join() != Join.ALL_FINISHED;
  }

  private static String indexes(int[] places) {
    return Arrays.stream(places).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }

  /** What a record of a blocked step has for its due time. That of a wait begins with the wait. */
  private static long delay(Step step) {
    Duration delay = step.task().delay();
    Instant runAt = step.task().runAt();
    if (step.kind() == Kind.WAIT) {
      return 0;
    }
    if (delay != null) {
      return delay.toMillis();
    }
    return runAt == null || runAt.toEpochMilli() < TaskRecord.FIRST_TIME ? 0 : runAt.toEpochMilli();
  }

  /** Steps as {@code lib/run.lua} lists dependents. */
  private String edgesTo(IntStream places) {
    return places
        .mapToObj(
            i -> {
              UploadedStep step = steps.get(i);
              return (isAlone(step) ? "=" : mark(step.step().join())) + i;
            })
        .collect(Collectors.joining(" "));
  }

  /** The join that a mark stands for. */
  static Join joinOf(String mark) {
    return switch (mark) {
      case "a" -> Join.ALL_FINISHED;
      case "y" -> Join.ANY_SUCCEEDED;
      default -> Join.ALL_SUCCEEDED;
    };
  }

  private static String mark(Join join) {
    return switch (join) {
      case ALL_SUCCEEDED -> "";
      case ALL_FINISHED -> "a";
      case ANY_SUCCEEDED -> "y";
    };
  }
}
