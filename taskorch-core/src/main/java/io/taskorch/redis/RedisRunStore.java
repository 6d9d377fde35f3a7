package io.taskorch.redis;

import io.taskorch.redis.RunUpload.OtherVersionException;
import io.taskorch.redis.RunUpload.UploadedStep;
import io.taskorch.store.DefinitionStore;
import io.taskorch.store.Homes;
import io.taskorch.store.NewRun;
import io.taskorch.store.Partitions;
import io.taskorch.store.RunStore;
import io.taskorch.task.Json;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.workflow.Dag;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.PayloadReferences;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.StepNotFoundException;
import io.taskorch.workflow.StepReferences;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Instant;
import java.util.ArrayList;
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

  private static final int STEPS_A_READ = 200;

  private final RedisCalls calls;
  private final Partitions partitions;
  private final DefinitionStore definitions;
  private final RunAdvance advance;
  private final Homes homes;
  private final RunLister lister;

  RedisRunStore(
      RedisCalls calls,
      Partitions partitions,
      DefinitionStore definitions,
      RunAdvance advance,
      Homes homes) {
    this.calls = calls;
    this.partitions = partitions;
    this.definitions = definitions;
    this.advance = advance;
    this.homes = homes;
    this.lister = new RunLister(calls, partitions, this::header);
  }

  @Override
  public void start(NewRun run) {
    homes.require(
        run.definition().steps().stream().map(Step::task).toList(), TaskId.partitionOf(run.id()));
    NewRun.Fork fork = run.fork();
    RunUpload upload =
        new RunUpload(
            run.id(),
            run.definition().name(),
            run.version(),
            run.input(),
            uploaded(run.id(), Dag.of(run.definition()), fork == null ? Map.of() : fork.done()),
            "",
            0,
            0);
    try {
      if (upload.store(calls, fork)) {
        advance.go(TaskId.partitionOf(run.id()));
      }
    } catch (OtherVersionException e) {
      // It goes on as it was begun, whatever has been defined since.
      String name = run.definition().name();
      DefinitionStore.Stored stored = definitions.find(name, e.version()).orElseThrow(() -> e);
      WorkflowDefinition begun = DefinitionJson.read(stored.document()).definition();
      start(new NewRun(run.id(), begun, e.version(), run.input(), fork));
    }
  }

  /**
   * The steps of a run as they are stored.
   *
   * @param done ids of tasks that have succeeded in place of steps, by their names
   */
  static List<UploadedStep> uploaded(String runId, Dag dag, Map<String, String> done) {
    Set<String> names = dag.steps().stream().map(Step::name).collect(Collectors.toSet());
    List<UploadedStep> steps = new ArrayList<>(dag.size());
    for (int i = 0; i < dag.size(); i++) {
      Step step = dag.steps().get(i);
      PayloadReferences payload = PayloadReferences.of(step.task().payload(), names);
      StoredStep stored =
          StoredStep.of(
              step,
              ids(runId, payload.steps(), dag),
              payload.refersToInput(),
              null,
              null,
              ids(runId, StepReferences.neededToDecide(step, names), dag));
      steps.add(
          new UploadedStep(
              step,
              stored,
              dag.upstream(i),
              dag.downstream(i),
              done.getOrDefault(step.name(), "")));
    }
    return steps;
  }

  private static Map<String, String> ids(String runId, Set<String> steps, Dag dag) {
    Map<String, String> ids = new HashMap<>();
    steps.forEach(name -> ids.put(name, RunUpload.stepId(runId, dag.place(name))));
    return ids;
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
      for (int i = HEAD_LENGTH; i < reply.size(); i += STEP_LENGTH) {
        names.add(Replies.text(reply.get(i + 1)));
        steps.add(step(reply.subList(i, i + STEP_LENGTH), names));
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

  private static final int HEAD_LENGTH = 10;
  private static final int STEP_LENGTH = 6;

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
    StoredStep stored =
        record.length > TaskRecord.HEADER_LENGTH ? TaskRecord.storedStep(record) : null;
    return new Run.StepStatus(
        Replies.text(row.get(1)),
        stored == null ? Kind.TASK : stored.kind(),
        RunUpload.joinOf(Replies.text(row.get(5))),
        header.state(),
        Replies.text(row.get(0)),
        dependencies,
        header.attempt(),
        header.started(),
        header.state().isFinal() ? header.updated() : null,
        header.reason(),
        runId(row.get(4)),
        stored != null && header.waits() ? stored.waitingFor() : null);
  }

  /** The id of a run that another one began, before what else is remembered of it. */
  private static @Nullable String runId(Object child) {
    String text = Replies.text(child);
    return text.isEmpty() ? null : text.substring(0, TaskId.LENGTH);
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
        parent(Replies.text(head.get(7)), Replies.text(head.get(8))),
        runId(head.get(9)),
        steps);
  }

  private static Run.@Nullable Parent parent(String parent, String step) {
    return parent.isEmpty()
        ? null
        : new Run.Parent(parent.substring(0, TaskId.LENGTH), step.isEmpty() ? null : step);
  }

  /** A run without its steps. */
  private @Nullable Run header(String id) {
    List<Object> reply = read(id, 0, 0);
    return reply.isEmpty() ? null : run(id, reply, List.of());
  }

  @Override
  public Map<String, RunState> states(List<String> ids) {
    Map<String, RunState> states = new HashMap<>();
    for (String id : ids) {
      Run run = partitions.holds(id) ? header(id) : null;
      if (run != null) {
        states.put(id, run.state());
      }
    }
    return states;
  }

  @Override
  public RunPage list(RunFilter filter) {
    return lister.list(filter);
  }

  @Override
  public Run cancel(String id, String actor) {
    move("cancel", id, "run/cancel", Args.of().add(id).add(actor));
    return goOn(id);
  }

  @Override
  public Run retry(String id, String actor, String operation) {
    move("retry", id, "run/retry", Args.of().add(id).add(operation).add(actor));
    return goOn(id);
  }

  private Run goOn(String id) {
    advance.go(TaskId.partitionOf(id));
    return require(id);
  }

  @Override
  public void signal(String id, String name, Json payload, String actor, String operation) {
    requirePossible(id);
    int partition = TaskId.partitionOf(id);
    Args args = Args.of().add(id).add(name).add(payload.utf8()).add(operation).add(actor);
    String reply = calls.word(partition, "run/signal", args);
    switch (reply) {
      case "ok" -> {}
      case "more" -> advance.go(partition);
      case "not_found" -> throw new TaskNotFoundException(id);
      case "unknown" -> throw StepNotFoundException.withSignal(id, name);
      default -> throw new IllegalRunMoveException("signal", id, RunState.ofCode(reply.charAt(0)));
    }
  }

  @Override
  public Run act(String id, StepAction action, String actor, String operation) {
    requirePossible(id);
    List<Run.StepStatus> steps = require(id).steps();
    int index =
        IntStream.range(0, steps.size())
            .filter(i -> steps.get(i).name().equals(action.step()))
            .findFirst()
            .orElseThrow(() -> StepNotFoundException.named(id, action.step()));
    new StepActions(calls, this)
        .act(id, index, steps.get(index).taskId(), action, actor, operation);
    return goOn(id);
  }

  @Override
  public WorkflowDefinition definition(String id) {
    requirePossible(id);
    Run run = require(id);
    List<Step> steps = new ArrayList<>(run.steps().size());
    for (int from = 0; from < run.steps().size(); ) {
      List<Run.StepStatus> rest =
          run.steps().subList(from, Math.min(run.steps().size(), from + RedisTaskStore.MOST_TASKS));
      Args args =
          Args.of()
              .add(RedisTaskStore.MOST_BYTES)
              .addAll(rest.stream().map(Run.StepStatus::taskId).toList());
      List<Object> records = calls.list(TaskId.partitionOf(id), "task/records", args);
      for (int i = 0; i < records.size(); i++) {
        byte[] record = Replies.bytes(records.get(i));
        if (record.length == 0) {
          throw new TaskNotFoundException(id);
        }
        steps.add(
            TaskRecord.storedStep(record)
                .step(
                    TaskRecord.decode(rest.get(i).taskId(), record).spec(),
                    rest.get(i).dependencies()));
      }
      from += records.size();
    }
    return new WorkflowDefinition(run.name(), steps);
  }

  private void move(String verb, String id, String script, Args args) {
    requirePossible(id);
    String reply = calls.word(TaskId.partitionOf(id), script, args);
    switch (reply) {
      case "ok" -> {}
      case "not_found" -> throw new TaskNotFoundException(id);
      default -> throw new IllegalRunMoveException(verb, id, RunState.ofCode(reply.charAt(0)));
    }
  }

  private void requirePossible(String id) {
    if (!partitions.holds(id)) {
      throw new TaskNotFoundException(id);
    }
  }

  private Run require(String id) {
    return find(id).orElseThrow(() -> new TaskNotFoundException(id));
  }

  @Override
  public StepInput input(String runId, Map<String, String> upstream) {
    return RunInputs.read(calls, runId, upstream);
  }

  @Override
  public Advanced advance(int partition) {
    return advance.once(partition);
  }
}
