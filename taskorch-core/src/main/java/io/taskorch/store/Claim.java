package io.taskorch.store;

import io.taskorch.task.Lease;
import io.taskorch.task.Task;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a claim.
 *
 * @param leased in the order in which they should start
 * @param now the store's clock at the claim
 * @param nextDue when the next scheduled task of these queues is due in this partition
 * @param waitsForSlots the task whose turn it is, but which needs more slots than are left: nothing
 *     behind it was leased. Null when all that could be leased fits
 */
public record Claim(
    List<Leased> leased, Instant now, @Nullable Instant nextDue, @Nullable Task waitsForSlots) {

  /** Of which nothing waits for slots. */
  public Claim(List<Leased> leased, Instant now, @Nullable Instant nextDue) {
    this(leased, now, nextDue, null);
  }

  public Claim {
    leased = List.copyOf(leased);
  }

  /**
   * A task and the right to run it.
   *
   * @param expiresAt by the store's clock
   */
  public record Leased(Lease lease, Task task, Instant expiresAt) {}
}
