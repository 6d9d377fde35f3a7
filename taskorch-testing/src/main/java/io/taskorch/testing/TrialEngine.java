package io.taskorch.testing;

import io.taskorch.client.WorkflowClient;
import io.taskorch.json.PayloadCodec;
import io.taskorch.store.Claim;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.RunStore.Advanced;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.StepLink;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.testing.WorkflowTrial.Answer;
import io.taskorch.testing.WorkflowTrial.Told;
import io.taskorch.testing.WorkflowTrial.TrialFailure;
import io.taskorch.worker.StepPayloads;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.UnresolvedReferenceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Drives one run to its end in the calling thread: worker, upkeep, people and time in one, each
 * when its turn comes, so that the same trial does the same every time.
 */
final class TrialEngine {

  private static final String WORKER = "trial";
  private static final String SIGNAL = "signal:";
  private static final Duration LEASE = Duration.ofHours(1);
  private static final List<Integer> NO_SHARES = List.of(0, 0, 0, 0);

  /** Of a run that waits again and again for what never comes. */
  private static final int MOST_PAUSES = 100_000;

  private final Stores stores;
  private final ManualClock clock;
  private final WorkflowClient workflows;
  private final PayloadCodec codec;
  private final StepPayloads payloads;
  private final Told told;
  private final String id;
  private final Random random = new Random(0);
  private final Map<String, Place> places = new HashMap<>();
  private final List<EndedTrial.Attempt> attempts = new ArrayList<>();
  private long claims;

  TrialEngine(
      TestNamespace namespace, WorkflowClient workflows, PayloadCodec codec, Told told, String id) {
    this.stores = namespace.stores();
    this.clock = namespace.clock();
    this.workflows = workflows;
    this.codec = codec;
    this.payloads = new StepPayloads(stores.runs());
    this.told = told;
    this.id = id;
  }

  /**
   * Where the steps of a run stand in the trial.
   *
   * @param path of the step that began the run; null for the run itself
   * @param elements whether the steps are elements of that one
   * @param undoing whether the run undoes the other
   */
  private record Place(@Nullable String path, boolean elements, boolean undoing) {
    String of(String step) {
      if (path == null) {
        return step;
      }
      return elements ? path : path + "/" + step;
    }
  }

  /**
   * @param queues of all steps
   * @param types of all tasks
   */
  EndedTrial toEnd(List<String> queues, Set<String> types) {
    for (int pauses = 0; pauses < MOST_PAUSES; pauses++) {
      Advanced decided = decide();
      Claim claim = claim(queues, types);
      while (!claim.leased().isEmpty()) {
        claim.leased().forEach(this::work);
        decided = decide();
        claim = claim(queues, types);
      }
      Run run = workflows.get(id);
      if (run.state().isFinal()) {
        return ended(run);
      }
      if (!speak(run)) {
        letTimePass(earlier(claim.nextDue(), decided.nextDecision()), run);
      }
    }
    throw new AssertionError("the run does not end");
  }

  private Advanced decide() {
    Advanced advanced = stores.runs().advance(0);
    while (advanced.more()) {
      advanced = stores.runs().advance(0);
    }
    return advanced;
  }

  private Claim claim(List<String> queues, Set<String> types) {
    // Of 22 characters, another one for each call.
    String claimId = String.format("%022d", ++claims);
    return stores
        .tasks()
        .claim(new ClaimRequest(WORKER, claimId, 0, queues, types, 1, NO_SHARES, LEASE));
  }

  private void work(Claim.Leased leased) {
    Outcome outcome = outcome(leased.task());
    stores.tasks().settle(List.of(new Settlement(leased.lease(), outcome)));
  }

  private Outcome outcome(Task task) {
    StepLink step = Objects.requireNonNull(task.step());
    Place place = place(step.runId());
    String path = place.of(step.name());
    RetryPolicy policy = Objects.requireNonNullElse(task.spec().retryPolicy(), RetryPolicy.DEFAULT);
    Json payload;
    try {
      payload = payloads.of(task);
    } catch (UnresolvedReferenceException e) {
      TaskError error = TaskError.of(e.kind(), String.valueOf(e.getMessage()));
      return new Outcome.Failed(error, Reason.PERMANENT_ERROR, policy.maxAttempts());
    }
    attempts.add(new EndedTrial.Attempt(path, place.undoing(), payload));
    Answer answer = (place.undoing() ? told.undoing() : told.answers()).get(path);
    try {
      Object result = answer == null ? null : answer.to(payload, task.attempt());
      return new Outcome.Succeeded(codec.write(result));
    } catch (TrialFailure e) {
      TaskError error = TaskError.of("exception", String.valueOf(e.getMessage()));
      int failures = task.failures() + 1;
      return policy.allowsRetryAfter(failures)
          ? new Outcome.Retrying(error, policy.delayAfter(failures, random), policy.maxAttempts())
          : new Outcome.Failed(error, Reason.ATTEMPTS_SPENT, policy.maxAttempts());
    }
  }

  private Place place(String runId) {
    Place known = places.get(runId);
    if (known == null) {
      known = find(workflows.get(runId));
      places.put(runId, known);
    }
    return known;
  }

  private Place find(Run run) {
    Run.Parent parent = run.parent();
    if (parent == null) {
      return new Place(null, false, false);
    }
    Place above = place(parent.runId());
    // Only a run of a stored workflow has a version.
    return parent.step() == null
        ? new Place(above.path(), above.elements(), true)
        : new Place(above.of(parent.step()), run.version() == null, above.undoing());
  }

  /** Does what people were told to do; false when nothing waits for them. */
  private boolean speak(Run run) {
    boolean spoke = false;
    for (StepStatus step : run.steps()) {
      String waitingFor = step.waitingFor();
      if (step.runId() != null) {
        spoke |= workflows.find(step.runId()).map(this::speak).orElse(false);
      } else if ("approval".equals(waitingFor)) {
        spoke |= decideOn(run, step);
      } else if (waitingFor != null && waitingFor.startsWith(SIGNAL)) {
        spoke |= send(run, waitingFor.substring(SIGNAL.length()));
      }
    }
    return spoke;
  }

  private boolean decideOn(Run run, StepStatus step) {
    StepAction decision = told.decisions().get(place(run.id()).of(step.name()));
    if (decision == null) {
      return false;
    }
    workflows.act(run.id(), decision, WORKER);
    return true;
  }

  private boolean send(Run run, String signal) {
    if (!told.signals().containsKey(signal)) {
      return false;
    }
    workflows.signal(run.id(), signal, told.signals().get(signal));
    return true;
  }

  private void letTimePass(@Nullable Instant next, Run run) {
    if (next == null) {
      throw new AssertionError(
          "the run waits for what nobody has told of: " + String.join(", ", waiting(run).toList()));
    }
    // What was due already is looked at again a moment later.
    Instant soon = clock.instant().plusMillis(1);
    clock.stopAt(next.isAfter(soon) ? next : soon);
  }

  private Stream<String> waiting(Run run) {
    return run.steps().stream()
        .flatMap(
            step -> {
              if (step.runId() != null) {
                return workflows.find(step.runId()).stream().flatMap(this::waiting);
              }
              return step.waitingFor() == null
                  ? Stream.of()
                  : Stream.of(place(run.id()).of(step.name()) + " (" + step.waitingFor() + ")");
            });
  }

  private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isBefore(other) ? one : other;
  }

  private EndedTrial ended(Run run) {
    Map<String, Task> tasks = new LinkedHashMap<>();
    collect(run, tasks);
    Instant end = Objects.requireNonNull(run.finishedAt());
    return new EndedTrial(run, tasks, attempts, Duration.between(run.createdAt(), end));
  }

  /** The tasks of steps; of those that are done for elements, the step's own. */
  private void collect(Run run, Map<String, Task> tasks) {
    Place place = place(run.id());
    for (StepStatus step : run.steps()) {
      if (!place.elements()) {
        stores.query().find(step.taskId()).ifPresent(t -> tasks.put(place.of(step.name()), t));
      }
      if (step.runId() != null) {
        workflows.find(step.runId()).ifPresent(child -> collect(child, tasks));
      }
    }
  }
}
