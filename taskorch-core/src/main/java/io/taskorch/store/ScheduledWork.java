package io.taskorch.store;

import io.taskorch.json.InputSchema;
import io.taskorch.schedule.Firing;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.Target;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.Violations;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What schedules start: tasks, and runs of stored workflows. An id names either. */
public final class ScheduledWork {

  private static final Logger log = LoggerFactory.getLogger(ScheduledWork.class);

  private static final int MOST_STATES = 1000;

  private final Stores stores;
  private final Homes homes;

  public ScheduledWork(Stores stores) {
    this.stores = stores;
    this.homes = new Homes(stores.partitions(), stores.limits());
  }

  /**
   * Where what a schedule starts belongs; empty for anywhere. A run whose steps belong elsewhere
   * than its id says is refused when it is started.
   */
  public OptionalInt home(Schedule schedule) {
    return schedule.target() instanceof Target.OfTask(TaskSpec task)
        ? homes.of(task)
        : OptionalInt.empty();
  }

  /** What every firing of a schedule starts, but for its id. */
  public sealed interface Plan {

    /** A task. */
    record OfTask(TaskSpec task) implements Plan {}

    /**
     * A run.
     *
     * @param version of the definition
     */
    record OfRun(WorkflowDefinition definition, int version, Json input) implements Plan {}
  }

  /**
   * What a schedule's firings start at present: of a workflow without a version, the latest.
   *
   * @throws InvalidTaskException there is no such definition, or the input does not keep to its
   *     schema; the pointers begin with {@code /workflow}
   */
  public Plan plan(Schedule schedule) {
    return switch (schedule.target()) {
      case Target.OfTask(TaskSpec task) -> new Plan.OfTask(Firing.task(schedule.name(), task));
      case Target.OfWorkflow workflow -> plan(workflow);
    };
  }

  private Plan plan(Target.OfWorkflow target) {
    Violations wrong = new Violations();
    DefinitionStore.Stored stored =
        stores.definitions().find(target.workflow(), target.version()).orElse(null);
    if (stored == null) {
      boolean noVersion =
          target.version() != null
              && stores.definitions().find(target.workflow(), null).isPresent();
      wrong.add(
          noVersion ? "/workflow/version" : "/workflow/workflow",
          "not-found",
          noVersion ? "is no version of that definition" : "is no definition that is stored");
      throw new InvalidTaskException(wrong.found());
    }
    DefinitionJson.Content content = DefinitionJson.read(stored.document());
    Json schema = content.inputSchema();
    if (schema != null) {
      try {
        InputSchema.of(schema).check(target.input());
      } catch (InvalidTaskException e) {
        wrong.addAll("/workflow", e.violations());
        throw new InvalidTaskException(wrong.found());
      }
    }
    return new Plan.OfRun(content.definition(), stored.version().number(), target.input());
  }

  /** Starts a plan once for each id; what is stored already is left as it is. */
  public void start(List<String> ids, Plan plan) {
    if (ids.isEmpty()) {
      return;
    }
    switch (plan) {
      case Plan.OfTask(TaskSpec task) -> {
        var unused = stores.tasks().enqueue(ids.stream().map(id -> new NewTask(id, task)).toList());
      }
      case Plan.OfRun(WorkflowDefinition definition, int version, Json input) ->
          ids.forEach(id -> stores.runs().start(new NewRun(id, definition, version, input)));
    }
  }

  /**
   * The states of what was started; of a run that of a task in its place, so that one which has
   * been undone has failed. What is not stored any more is left out.
   */
  public Map<String, TaskState> states(List<String> ids) {
    Map<String, TaskState> states = new HashMap<>();
    for (int from = 0; from < ids.size(); from += MOST_STATES) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + MOST_STATES));
      states.putAll(stores.query().states(some));
      List<String> others = some.stream().filter(id -> !states.containsKey(id)).toList();
      stores.runs().states(others).forEach((id, state) -> states.put(id, asOfTask(state)));
    }
    return states;
  }

  private static TaskState asOfTask(RunState state) {
    return switch (state) {
      case RUNNING, COMPENSATING -> TaskState.RUNNING;
      case SUCCEEDED -> TaskState.SUCCEEDED;
      case FAILED, COMPENSATED -> TaskState.FAILED;
      case CANCELLED -> TaskState.CANCELLED;
    };
  }

  /** Cancels what was started, if it has not ended. */
  public void cancel(String id) {
    try {
      if (stores.query().states(List.of(id)).isEmpty()) {
        var unused = stores.runs().cancel(id);
      } else {
        var unused = stores.tasks().cancel(id);
      }
    } catch (TaskNotFoundException | IllegalMoveException | IllegalRunMoveException e) {
      log.debug("{} has ended by itself", id, e);
    }
  }
}
