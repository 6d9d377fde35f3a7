package io.taskorch.testing.model;

import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewRun;
import io.taskorch.store.NewTask;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Outcome;
import io.taskorch.task.Priority;
import io.taskorch.task.Progress;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One step of a sequence. It names tasks, runs and leases by numbers, taken modulo those that there
 * are when its turn comes, so that a sequence stays one when steps are left out of it.
 */
sealed interface Action {

  List<String> QUEUES = List.of("q0", "q1");
  List<String> TYPES = List.of("t0", "t1");
  List<String> WORKERS = List.of("w0", "w1");

  /** Null when there is nothing for it to act on. */
  @Nullable Call callIn(World world);

  /** What a task of an {@link Enqueue} is like; a negative time stands for none. */
  record Draft(
      int queue,
      int type,
      Priority priority,
      Duration delay,
      Duration startBefore,
      Duration retention,
      boolean ownPolicy) {

    TaskSpec spec(World world) {
      return TaskSpec.builder(TYPES.get(type))
          .queue(QUEUES.get(queue))
          .priority(priority)
          .payload(Json.of("{\"n\":" + queue + "}"))
          .delay(delay.isNegative() ? null : delay)
          .startBefore(startBefore.isNegative() ? null : world.now().plus(startBefore))
          .retention(retention.isNegative() ? null : retention)
          .retryPolicy(ownPolicy ? RetryPolicy.DEFAULT.withMaxAttempts(5) : null)
          .build();
    }
  }

  record Enqueue(List<Draft> drafts) implements Action {
    @Override
    public Call callIn(World world) {
      List<NewTask> tasks =
          drafts.stream().map(d -> new NewTask(world.newTaskId(), d.spec(world))).toList();
      return stores -> stores.tasks().enqueue(tasks);
    }
  }

  /** An id that is stored, or was, with another content. */
  record EnqueueAgain(int task, Draft draft) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      String id = world.storedTask(task);
      if (id == null) {
        return null;
      }
      NewTask again = new NewTask(id, draft.spec(world));
      return stores -> stores.tasks().enqueue(List.of(again));
    }
  }

  record ClaimTasks(
      int worker, List<Integer> queues, Set<Integer> types, int most, int shares, Duration lease)
      implements Action {

    /** Shares as the pollers make them: the places by weight, all to the highest, or one each. */
    private static List<Integer> sharesOf(int choice, int most) {
      return switch (choice) {
        case 0 -> List.of(most, 0, 0, 0);
        case 1 -> List.of(0, 0, 0, most);
        default -> {
          List<Integer> shares = new ArrayList<>();
          for (int p = 0; p < 4; p++) {
            shares.add(most / 4 + (p < most % 4 ? 1 : 0));
          }
          yield shares;
        }
      };
    }

    @Override
    public Call callIn(World world) {
      ClaimRequest request =
          new ClaimRequest(
              WORKERS.get(worker),
              world.newNonce(),
              0,
              queues.stream().map(QUEUES::get).toList(),
              Set.copyOf(types.stream().map(TYPES::get).toList()),
              most,
              sharesOf(shares, most),
              lease);
      return stores -> stores.tasks().claim(request);
    }
  }

  /** How a handler may end. */
  enum End {
    SUCCEEDS,
    SUCCEEDS_WITH_RESULT,
    RETRIES,
    RETRIES_AT_ONCE,
    FAILS,
    SPENDS_ATTEMPTS,
    RELEASES,
    SNOOZES;

    Outcome outcome() {
      TaskError error = new TaskError("exception", "java.io.IOException", "no route", "at a.b");
      return switch (this) {
        case SUCCEEDS -> new Outcome.Succeeded(Json.NULL);
        case SUCCEEDS_WITH_RESULT -> new Outcome.Succeeded(Json.of("{\"ok\":[]}"));
        case RETRIES -> new Outcome.Retrying(error, Duration.ofSeconds(5), 3);
        case RETRIES_AT_ONCE -> new Outcome.Retrying(error, Duration.ZERO, 3);
        case FAILS -> new Outcome.Failed(error, Reason.PERMANENT_ERROR, 3);
        case SPENDS_ATTEMPTS -> new Outcome.Failed(error, Reason.ATTEMPTS_SPENT, 7);
        case RELEASES -> new Outcome.Released();
        case SNOOZES -> new Outcome.Snoozed(Duration.ofSeconds(10));
      };
    }
  }

  /** Settles by leases that are held. */
  record Settle(List<Integer> leases, List<End> ends) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      return settlement(leases.stream().map(world::heldLease).toList(), ends);
    }
  }

  /** Settles by leases that were once given, held or not. */
  record SettleStale(List<Integer> leases, List<End> ends) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      return settlement(leases.stream().map(world::staleLease).toList(), ends);
    }
  }

  private static @Nullable Call settlement(List<@Nullable Lease> leases, List<End> ends) {
    List<Settlement> settlements = new ArrayList<>();
    for (int i = 0; i < leases.size(); i++) {
      if (leases.get(i) == null) {
        return null;
      }
      settlements.add(new Settlement(leases.get(i), ends.get(i % ends.size()).outcome()));
    }
    return stores -> stores.tasks().settle(settlements);
  }

  record Beat(List<Integer> leases, Duration lease) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      List<Lease> some = leases.stream().map(world::mostlyHeldLease).toList();
      return some.contains(null) ? null : stores -> stores.tasks().heartbeat(some, lease);
    }
  }

  record Report(int lease, int percent) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      Lease some = world.mostlyHeldLease(lease);
      Progress progress = new Progress(percent, percent % 2 == 0 ? null : "half way");
      return some == null ? null : stores -> stores.tasks().progress(some, progress);
    }
  }

  record Log(int lease, int lines) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      Lease some = world.mostlyHeldLease(lease);
      String operation = world.newNonce();
      List<LogLine> written = new ArrayList<>();
      for (int i = 0; i < lines; i++) {
        written.add(new LogLine(0, world.now(), "log", operation + i));
      }
      return some == null ? null : stores -> stores.tasks().log(some, operation, written);
    }
  }

  record Cancel(int task) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      String id = world.mostlyOpenTask(task);
      return id == null ? null : stores -> stores.tasks().cancel(id);
    }
  }

  /** Cancels a task that somebody runs. */
  record CancelRunning(int lease) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      Lease held = world.heldLease(lease);
      return held == null ? null : stores -> stores.tasks().cancel(held.taskId());
    }
  }

  record Retry(int task) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      String id = world.mostlyEndedTask(task);
      String operation = world.newNonce();
      return id == null ? null : stores -> stores.tasks().retry(id, operation);
    }
  }

  record RunNow(int task) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      String id = world.mostlyOpenTask(task);
      return id == null ? null : stores -> stores.tasks().runNow(id);
    }
  }

  record Delete(int task) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      String id = world.mostlyEndedTask(task);
      return id == null
          ? null
          : stores -> {
            stores.tasks().delete(id);
            return "deleted";
          };
    }
  }

  record Promote() implements Action {
    @Override
    public Call callIn(World world) {
      return stores -> stores.upkeep().promote(0);
    }
  }

  record Reap(Duration grace) implements Action {
    @Override
    public Call callIn(World world) {
      return stores -> stores.upkeep().reap(0, grace);
    }
  }

  record Prune(Duration ahead) implements Action {
    @Override
    public Call callIn(World world) {
      return stores -> stores.upkeep().prune(0, ahead);
    }
  }

  record FailUnhandled(int queue, Set<Integer> types, Duration grace) implements Action {
    @Override
    public Call callIn(World world) {
      Set<String> live = Set.copyOf(types.stream().map(TYPES::get).toList());
      return stores ->
          stores
              .upkeep()
              .failUnhandled(0, QUEUES.get(queue), demand -> live.contains(demand.type()), grace);
    }
  }

  record Pause(int queue) implements Action {
    @Override
    public Call callIn(World world) {
      return stores -> {
        stores.queues().pause(QUEUES.get(queue));
        return "paused";
      };
    }
  }

  record Resume(int queue) implements Action {
    @Override
    public Call callIn(World world) {
      return stores -> {
        stores.queues().resume(QUEUES.get(queue));
        return "resumed";
      };
    }
  }

  record Purge(int queue) implements Action {
    @Override
    public Call callIn(World world) {
      return stores -> stores.queues().purge(QUEUES.get(queue));
    }
  }

  /**
   * Starts a run.
   *
   * @param steps the upstream steps of each as numbers, taken modulo the steps before it
   */
  record StartRun(List<Set<Integer>> steps, List<Draft> drafts) implements Action {
    @Override
    public Call callIn(World world) {
      List<Step> named = new ArrayList<>();
      for (int i = 0; i < steps.size(); i++) {
        int before = i;
        List<String> upstream =
            before == 0
                ? List.of()
                : steps.get(i).stream().map(n -> "s" + n % before).distinct().sorted().toList();
        named.add(new Step("s" + i, drafts.get(i % drafts.size()).spec(world), upstream));
      }
      NewRun run =
          new NewRun(world.newRunId(), new WorkflowDefinition("flow", named), Json.of("{}"));
      return stores -> {
        stores.runs().start(run);
        return "started";
      };
    }
  }

  record CancelRun(int run) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      String id = world.mostlyRun(false, run);
      return id == null ? null : stores -> stores.runs().cancel(id);
    }
  }

  record RetryRun(int run) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      String id = world.mostlyRun(true, run);
      String operation = world.newNonce();
      return id == null ? null : stores -> stores.runs().retry(id, operation);
    }
  }

  /** Lets time pass on both sides. */
  record Advance(Duration time) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      world.advance(time);
      return null;
    }
  }

  /** Makes the last call again, with the same arguments. */
  record RepeatLast() implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      return world.lastCall();
    }
  }

  /** Loses the reply of the call, so that the client must make it again. */
  record WithLostReply(Action action) implements Action {
    @Override
    public @Nullable Call callIn(World world) {
      return action.callIn(world);
    }
  }
}
