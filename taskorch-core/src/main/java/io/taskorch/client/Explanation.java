package io.taskorch.client;

import io.taskorch.task.Reason;
import io.taskorch.task.TaskState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a task does not run now.
 *
 * @param causes every cause found; empty when nothing stands in the way of a claim
 * @param estimate when it will start, or end up ready, where one is known
 */
public record Explanation(
    String id, TaskState state, List<Cause> causes, @Nullable Instant estimate) {

  public Explanation {
    causes = List.copyOf(causes);
  }

  /** One reason why a task does not run now. */
  public sealed interface Cause {

    /** A word for programs. */
    String code();

    /** A sentence for people. */
    String detail();
  }

  /** It waits for its time. */
  public record DueLater(Instant dueAt) implements Cause {
    @Override
    public String code() {
      return "due-later";
    }

    @Override
    public String detail() {
      return "is due at " + dueAt;
    }
  }

  /** It failed and waits for its next attempt. */
  public record RetryLater(Instant dueAt, int failures, int maxAttempts) implements Cause {
    @Override
    public String code() {
      return "retry-later";
    }

    @Override
    public String detail() {
      return "has failed " + failures + " of " + maxAttempts + " times; tried again at " + dueAt;
    }
  }

  /** Nothing is claimed from its queue. */
  public record QueuePaused(String queue) implements Cause {
    @Override
    public String code() {
      return "queue-paused";
    }

    @Override
    public String detail() {
      return "queue " + queue + " is paused";
    }
  }

  /** No live worker takes from its queue. */
  public record NoWorker(String queue) implements Cause {
    @Override
    public String code() {
      return "no-worker";
    }

    @Override
    public String detail() {
      return "no live worker takes from queue " + queue;
    }
  }

  /** Live workers take from its queue, but none of them handles its type. */
  public record NoHandler(String queue, String type) implements Cause {
    @Override
    public String code() {
      return "no-handler";
    }

    @Override
    public String detail() {
      return "no live worker of queue " + queue + " handles " + type;
    }
  }

  /** Live workers handle its type, but none of them has all its labels. */
  public record NoLabels(String queue, String type, List<String> labels) implements Cause {
    public NoLabels {
      labels = List.copyOf(labels);
    }

    @Override
    public String code() {
      return "no-labels";
    }

    @Override
    public String detail() {
      return "no live worker of queue "
          + queue
          + " that handles "
          + type
          + " has the labels "
          + String.join(", ", labels);
    }
  }

  /**
   * It needs more slots than any worker has that could take it.
   *
   * @param most how many one of them has
   */
  public record TooFewSlots(String queue, int slots, int most) implements Cause {
    @Override
    public String code() {
      return "too-few-slots";
    }

    @Override
    public String detail() {
      return "needs "
          + slots
          + " slots; the workers of queue "
          + queue
          + " that could take it have "
          + most
          + " at most";
    }
  }

  /** Every worker that could take it is asked to stop. */
  public record WorkersDraining(String queue) implements Cause {
    @Override
    public String code() {
      return "workers-draining";
    }

    @Override
    public String detail() {
      return "all workers of queue " + queue + " that could take it are draining";
    }
  }

  /** Every slot of the workers that could take it is busy. */
  public record WorkersBusy(int slots) implements Cause {
    @Override
    public String code() {
      return "workers-busy";
    }

    @Override
    public String detail() {
      return "all " + slots + " slots of the workers that could take it are busy";
    }
  }

  /** It needs several slots, and no worker that could take it has as many free. */
  public record TooFewFree(int slots) implements Cause {
    @Override
    public String code() {
      return "too-few-slots-free";
    }

    @Override
    public String detail() {
      return "needs " + slots + " slots; no worker that could take it has as many free";
    }
  }

  /** Others stand before it in its queue. */
  public record Behind(String queue, long tasks) implements Cause {
    @Override
    public String code() {
      return "behind";
    }

    @Override
    public String detail() {
      return tasks
          + (tasks == 1 ? " ready task stands" : " ready tasks stand")
          + " before it in queue "
          + queue;
    }
  }

  /** Upstream steps of its workflow have not ended. */
  public record WaitsFor(List<String> steps) implements Cause {
    public WaitsFor {
      steps = List.copyOf(steps);
    }

    @Override
    public String code() {
      return "waits-for-steps";
    }

    @Override
    public String detail() {
      return "waits for " + String.join(", ", steps);
    }
  }

  /**
   * Nothing upstream holds it back, but no worker ends it either.
   *
   * @param what as {@link io.taskorch.task.StepLink#waitingFor}
   */
  public record Awaits(String what) implements Cause {
    @Override
    public String code() {
      return "awaits";
    }

    @Override
    public String detail() {
      return "waits for " + what;
    }
  }

  /** A worker runs it. */
  public record Running(@Nullable String workerId, boolean cancelRequested) implements Cause {
    @Override
    public String code() {
      return "running";
    }

    @Override
    public String detail() {
      return "runs under worker "
          + workerId
          + (cancelRequested ? ", which has been asked to cancel it" : "");
    }
  }

  /** It has ended. */
  public record Ended(TaskState state, @Nullable Reason reason) implements Cause {
    @Override
    public String code() {
      return "final";
    }

    @Override
    public String detail() {
      return "has ended as " + state + (reason == null ? "" : ", " + reason.word());
    }
  }
}
