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

    /** When it is no reason any more; null when that is not known. */
    default @Nullable Instant until() {
      return null;
    }
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

  /**
   * As many tasks run as a queue, a group or a limit lets run.
   *
   * @param what such as {@code limit partner-api}
   * @param oldest the one that has been running longest; null when it has just ended
   */
  public record ConcurrencyFull(String what, int most, long running, @Nullable String oldest)
      implements Cause {
    @Override
    public String code() {
      return "concurrency-full";
    }

    @Override
    public String detail() {
      return what
          + " lets "
          + most
          + (most == 1 ? " task" : " tasks")
          + " run at a time; "
          + running
          + (running == 1 ? " runs" : " run")
          + (oldest == null ? "" : ", " + oldest + " for the longest time");
    }
  }

  /**
   * Its queue, group or limit has let through as many tasks as its rate allows.
   *
   * @param until when it is the next one's turn
   */
  public record RateUsedUp(String what, Instant until) implements Cause {
    @Override
    public String code() {
      return "rate-used-up";
    }

    @Override
    public String detail() {
      return "the rate of " + what + " is used up until " + until;
    }
  }

  /** A handler was told to slow down, and said for whom. */
  public record SlowedDown(String what, Instant until) implements Cause {
    @Override
    public String code() {
      return "slowed-down";
    }

    @Override
    public String detail() {
      return "a handler was told to slow down: nothing of " + what + " starts before " + until;
    }
  }

  /** Nothing of its group is claimed. */
  public record GroupPaused(String queue, String group) implements Cause {
    @Override
    public String code() {
      return "group-paused";
    }

    @Override
    public String detail() {
      return "group " + group + " of queue " + queue + " is paused";
    }
  }

  /**
   * Tasks of its sequence or unique key run one after the other.
   *
   * @param holder the one whose turn it is
   * @param before how many more come before it
   */
  public record WaitsForTurn(String holder, long before) implements Cause {
    @Override
    public String code() {
      return "waits-for-turn";
    }

    @Override
    public String detail() {
      return "waits for its turn, which "
          + holder
          + " has"
          + (before == 0
              ? ""
              : "; " + before + (before == 1 ? " task waits" : " tasks wait") + " before it");
    }
  }

  /**
   * Its handler takes several tasks at once.
   *
   * @param until how long it waits for others at the most
   */
  public record WaitsForOthers(Instant until) implements Cause {
    @Override
    public String code() {
      return "waits-for-others";
    }

    @Override
    public String detail() {
      return "waits until " + until + " at the latest for others to be handed over with";
    }
  }

  /**
   * Groups of its queue take turns, and it is not its own group's.
   *
   * @param group null for that of all tasks without one
   * @param groups how many have their turn before
   */
  public record BehindGroups(String queue, @Nullable String group, long groups) implements Cause {
    @Override
    public String code() {
      return "behind-groups";
    }

    @Override
    public String detail() {
      return groups
          + (groups == 1 ? " group" : " groups")
          + " of queue "
          + queue
          + (groups == 1 ? " has its turn before " : " have their turns before ")
          + (group == null ? "the tasks without a group" : "group " + group);
    }
  }

  /** Others come before it in its queue, whatever the turns of groups. */
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
