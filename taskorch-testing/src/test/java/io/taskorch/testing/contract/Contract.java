package io.taskorch.testing.contract;

import io.taskorch.store.Claim;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.store.TaskUpkeep.Reaped;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.testing.ManualClock;
import io.taskorch.testing.TestNamespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/**
 * What the contracts of all ports share: a namespace of their own and a clock that stands still.
 * Tasks go to the last partition, so that a key of the first one is not right by accident.
 */
abstract class Contract {

  static final Duration LEASE = Duration.ofSeconds(30);

  @Parameter Setup setup;

  TestNamespace namespace;
  Stores stores;
  ManualClock clock;

  @BeforeEach
  void open() {
    namespace = setup.open();
    stores = namespace.stores();
    clock = namespace.clock();
    clock.stop();
  }

  @AfterEach
  void everyKeyIsDocumented() {
    try (TestNamespace done = namespace) {
      DocumentedKeys.check(done.raw(), keys());
    }
  }

  int home() {
    return setup.partitions() - 1;
  }

  String newId() {
    return stores.partitions().newId(home(), clock.instant());
  }

  /** A name like this one that belongs in the partition of this test. */
  String at(String name) {
    return Stream.iterate(0, i -> i + 1)
        .map(i -> i == 0 ? name : name + "." + i)
        .filter(one -> stores.partitions().of(one) == home())
        .findFirst()
        .orElseThrow();
  }

  static String newNonce() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, 22);
  }

  Task enqueue(TaskSpec spec) {
    return enqueueIn(home(), spec);
  }

  Task enqueueIn(int partition, TaskSpec spec) {
    NewTask task = new NewTask(stores.partitions().newId(partition, clock.instant()), spec);
    return stores.tasks().enqueue(List.of(task)).getFirst().task();
  }

  List<String> enqueueMany(int count, TaskSpec spec) {
    List<NewTask> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(new NewTask(newId(), spec));
    }
    List<String> ids = new ArrayList<>();
    for (Enqueued enqueued : stores.tasks().enqueue(tasks)) {
      ids.add(enqueued.task().id());
    }
    return ids;
  }

  Task find(String id) {
    return stores.query().find(id).orElseThrow();
  }

  /** By a worker {@code w1} that handles type {@code t}. */
  Claim claim(int most) {
    return stores.tasks().claim(request("w1", most, List.of(most, 0, 0, 0), "t"));
  }

  /** Tasks that have succeeded by one call, which carries 200; their ids in order. */
  List<String> succeedTogetherIn(int partition, int count, TaskSpec spec) {
    List<NewTask> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(new NewTask(stores.partitions().newId(partition, clock.instant()), spec));
    }
    stores.tasks().enqueue(tasks);
    List<Settlement> settlements = new ArrayList<>();
    while (settlements.size() < count) {
      int most = Math.min(200, count - settlements.size());
      ClaimRequest request = request(partition, "w1", most, List.of(most, 0, 0, 0), spec.type());
      for (Claim.Leased leased : stores.tasks().claim(request).leased()) {
        settlements.add(new Settlement(leased.lease(), new Outcome.Succeeded(Json.of("1"))));
      }
    }
    stores.tasks().settle(settlements);
    return tasks.stream().map(NewTask::id).sorted().toList();
  }

  ClaimRequest request(String worker, int most, List<Integer> shares, String... types) {
    return request(home(), worker, most, shares, types);
  }

  ClaimRequest request(
      int partition, String worker, int most, List<Integer> shares, String... types) {
    return new ClaimRequest(
        worker, newNonce(), partition, List.of("default"), Set.of(types), most, shares, LEASE);
  }

  /** What two passes of the reaper do, as the first after a pause only notes that it was long. */
  Reaped reapAfterStall() {
    Reaped first = stores.upkeep().reap(home(), Duration.ZERO);
    Reaped second = stores.upkeep().reap(home(), Duration.ZERO);
    return new Reaped(
        first.released() + second.released(), first.failed() + second.failed(), second.more());
  }

  /** All keys of the namespace. */
  Set<String> keys() {
    return namespace.raw().keys("{" + namespace.name() + ":");
  }
}
