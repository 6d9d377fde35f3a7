package io.taskorch.store;

import io.taskorch.task.Json;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The moves and reads of workflow runs. */
public interface RunStore {

  /** Stores and starts a run; an id that is stored already is left as it is. */
  void start(NewRun run);

  Optional<Run> find(String id);

  /** The states of these runs, at most 1,000; those that are not stored are left out. */
  default Map<String, RunState> states(List<String> ids) {
    Map<String, RunState> states = new HashMap<>();
    for (String id : ids) {
      find(id).ifPresent(run -> states.put(id, run.state()));
    }
    return states;
  }

  RunPage list(RunFilter filter);

  /** Whoever acts without saying who. */
  String ANONYMOUS = "anonymous";

  /** As {@link #cancel(String, String)}, by nobody in particular. */
  default Run cancel(String id) {
    return cancel(id, ANONYMOUS);
  }

  /** As {@link #retry(String, String, String)}, by nobody in particular. */
  default Run retry(String id, String operation) {
    return retry(id, ANONYMOUS, operation);
  }

  /**
   * Cancels what waits and asks what runs to stop. On a cancelled run it changes nothing.
   *
   * @param actor who asks for it, in one word of at most 200 characters
   * @throws io.taskorch.task.TaskNotFoundException no such run
   * @throws io.taskorch.workflow.IllegalRunMoveException it ended otherwise before
   */
  Run cancel(String id, String actor);

  /**
   * Starts the steps over that did not succeed, and what is downstream of them; or goes on with the
   * undoing of a run that could not be undone.
   *
   * @param actor who asks for it, in one word of at most 200 characters
   * @param operation names this call; the same again gives the same answer
   * @throws io.taskorch.task.TaskNotFoundException no such run
   * @throws io.taskorch.workflow.IllegalRunMoveException it has not failed or been cancelled
   */
  Run retry(String id, String actor, String operation);

  /**
   * Sends a signal, for the steps that wait for it now and those that will: the last of a name
   * counts.
   *
   * @param actor who sends it, in one word of at most 200 characters
   * @param operation names this call; the same again sends nothing
   * @throws io.taskorch.task.TaskNotFoundException no such run
   * @throws io.taskorch.workflow.StepNotFoundException no step of the run waits for such a signal
   * @throws io.taskorch.workflow.IllegalRunMoveException it has ended
   */
  void signal(String id, String name, Json payload, String actor, String operation);

  /**
   * Does to a step what a person asks for.
   *
   * @param actor who it is, in one word of at most 200 characters
   * @param operation names this call; the same again gives the same answer
   * @throws io.taskorch.task.TaskNotFoundException no such run
   * @throws io.taskorch.workflow.StepNotFoundException no such step
   * @throws io.taskorch.task.IllegalMoveException the step's state does not allow it
   * @throws io.taskorch.workflow.IllegalRunMoveException the run's state does not allow it
   */
  Run act(String id, StepAction action, String actor, String operation);

  /**
   * The definition that a run began with.
   *
   * @throws io.taskorch.task.TaskNotFoundException no such run
   */
  WorkflowDefinition definition(String id);

  /**
   * What a step's payload may refer to.
   *
   * @param upstream task ids by step name
   */
  StepInput input(String runId, Map<String, String> upstream);

  /** Goes on with runs whose last change was too large for one call, and decides on steps. */
  Advanced advance(int partition);

  /**
   * What {@link #advance} has done.
   *
   * @param more whether to call again at once
   * @param nextDecision when a step is to be decided next; null when none is known
   * @param now the store's time
   */
  record Advanced(boolean more, @Nullable Instant nextDecision, Instant now) {}

  /**
   * A run's input and the results of upstream steps.
   *
   * @param results by step name; {@link Json#NULL} for a step without one
   */
  record StepInput(Json input, Map<String, Json> results) {
    public StepInput {
      results = Map.copyOf(results);
    }
  }

  /**
   * Which runs to list, latest first within each state.
   *
   * @param states empty for all
   * @param limit 1 to 500
   */
  record RunFilter(
      List<RunState> states,
      @Nullable String name,
      @Nullable Instant createdAfter,
      @Nullable Instant createdBefore,
      boolean reverse,
      int limit,
      @Nullable String cursor) {
    public RunFilter {
      states = List.copyOf(states);
    }
  }

  /** One page; its runs are without steps. */
  record RunPage(List<Run> runs, Optional<String> nextCursor) {
    public RunPage {
      runs = List.copyOf(runs);
    }
  }
}
