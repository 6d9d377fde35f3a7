package io.taskorch.worker;

import io.taskorch.client.BatchHandle;
import io.taskorch.store.Claim.Leased;
import io.taskorch.task.Lease;
import io.taskorch.task.StepLink;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Makes attempts for tests. */
final class Attempts {

  static final String NONCE = "AAAAAAAAAAAAAAAAAAAAAA";

  private Attempts() {}

  static Leased leased(TaskSpec spec, StepLink step, int failures) {
    Instant now = Instant.EPOCH;
    String id = TaskId.next(now, 0);
    Task task =
        new Task(
            id,
            spec,
            step,
            TaskState.RUNNING,
            now,
            now,
            now,
            null,
            failures + 1,
            0,
            failures,
            0,
            0,
            1,
            false,
            null,
            "worker",
            List.of(),
            null,
            null);
    return new Leased(new Lease(id, 0, NONCE), task, now.plusSeconds(30));
  }

  static Leased leased(TaskSpec spec) {
    return leased(spec, null, 0);
  }

  /** The same task under another lease. */
  static Leased again(LiveAttempt attempt) {
    Lease lease = new Lease(attempt.taskId(), 0, "BBBBBBBBBBBBBBBBBBBBBB");
    return new Leased(lease, attempt.task(), Instant.EPOCH);
  }

  static LiveAttempt live(Leased leased) {
    return live(leased, Duration.ofHours(1));
  }

  static LiveAttempt live(Leased leased, Duration leaseLeft) {
    return new LiveAttempt(
        leased,
        System.nanoTime() + leaseLeft.toNanos(),
        attempt -> {
          throw new UnsupportedOperationException();
        },
        Attempts::noBatch);
  }

  static BatchHandle noBatch(String id) {
    throw new UnsupportedOperationException();
  }

  static LiveAttempt live(String type) {
    return live(leased(TaskSpec.of(type)));
  }
}
