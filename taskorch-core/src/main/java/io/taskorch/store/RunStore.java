package io.taskorch.store;

import io.taskorch.task.Json;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
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

  /**
   * Cancels what waits and asks what runs to stop. On a cancelled run it changes nothing.
   *
   * @throws io.taskorch.task.TaskNotFoundException no such run
   * @throws io.taskorch.workflow.IllegalRunMoveException it ended otherwise before
   */
  Run cancel(String id);

  /**
   * Starts the steps over that did not succeed.
   *
   * @param operation names this call; the same again gives the same answer
   * @throws io.taskorch.task.TaskNotFoundException no such run
   * @throws io.taskorch.workflow.IllegalRunMoveException it has not failed or been cancelled
   */
  Run retry(String id, String operation);

  /**
   * What a step's payload may refer to.
   *
   * @param upstream task ids by step name
   */
  StepInput input(String runId, Map<String, String> upstream);

  /**
   * Goes on with runs whose last change was too large for one call, and sweeps half-uploaded ones.
   *
   * @return how many steps of work were done; call again while this is above zero
   */
  int advance(int partition);

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
