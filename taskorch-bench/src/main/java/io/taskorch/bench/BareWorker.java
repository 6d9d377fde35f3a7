package io.taskorch.bench;

import io.taskorch.store.ClaimRequest;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.Outcome;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Claims and settles through the ports alone, as large as calls may be, one after the other. */
final class BareWorker {

  private static final Duration LEASE = Duration.ofHours(1);
  private static final List<Integer> SHARES = List.of(0, 0, ClaimRequest.MOST, 0);
  private static final Outcome SUCCEEDED = new Outcome.Succeeded(Json.of("{\"ok\":true}"));

  private final Stores stores;
  private final String id = TaskId.next(Instant.now(), 0);

  BareWorker(Stores stores) {
    this.stores = stores;
  }

  /** Claims so many tasks of the first partition. */
  List<Lease> claim(int tasks) {
    List<Lease> leases = new ArrayList<>();
    while (leases.size() < tasks) {
      int most = Math.min(ClaimRequest.MOST, tasks - leases.size());
      var claim =
          stores
              .tasks()
              .claim(
                  new ClaimRequest(
                      id,
                      nonce(),
                      0,
                      List.of(TaskSpec.DEFAULT_QUEUE),
                      Set.of(Rig.TYPE),
                      most,
                      SHARES,
                      LEASE));
      if (claim.leased().isEmpty()) {
        throw new IllegalStateException("there are no tasks left to claim");
      }
      claim.leased().forEach(leased -> leases.add(leased.lease()));
    }
    return leases;
  }

  void settle(List<Lease> leases) {
    for (int i = 0; i < leases.size(); i += ClaimRequest.MOST) {
      var part = leases.subList(i, Math.min(leases.size(), i + ClaimRequest.MOST));
      var unused =
          stores
              .tasks()
              .settle(part.stream().map(lease -> new Settlement(lease, SUCCEEDED)).toList());
    }
  }

  private static String nonce() {
    byte[] random = new byte[16];
    ThreadLocalRandom.current().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }
}
