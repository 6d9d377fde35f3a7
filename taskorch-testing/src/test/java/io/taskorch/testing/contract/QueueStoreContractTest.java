package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.Demand;
import io.taskorch.store.QueueStore.QueueView;
import io.taskorch.task.Reason;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class QueueStoreContractTest extends Contract {

  @Test
  void aQueueExistsFromItsFirstTaskOn() {
    assertThat(stores.queues().list()).isEmpty();
    assertThat(stores.queues().find("images")).isEmpty();
    enqueue(TaskSpec.builder("t").queue("images").build());
    enqueue(TaskSpec.builder("t").queue("default").build());
    assertThat(stores.queues().list())
        .extracting(QueueView::name)
        .containsExactly("default", "images");
  }

  @Test
  void aQueueExistsFromItsFirstSettingOn() {
    stores.queues().pause("later");
    assertThat(view("later").paused()).isTrue();
    stores.queues().pause("later");
    stores.queues().resume("later");
    stores.queues().resume("later");
    assertThat(view("later").paused()).isFalse();
  }

  @Test
  void everyStateButBlockedHasItsDepthOverAllPartitions() {
    for (int p = 0; p < setup.partitions(); p++) {
      enqueueIn(p, TaskSpec.of("t"));
      enqueueIn(p, TaskSpec.builder("t").delay(Duration.ofSeconds(1)).build());
      stores.tasks().cancel(enqueueIn(p, TaskSpec.of("t")).id());
    }
    claim(1);
    long partitions = setup.partitions();
    Map<TaskState, Long> depth = view("default").depth();
    assertThat(depth.keySet()).isEqualTo(EnumSet.complementOf(EnumSet.of(TaskState.BLOCKED)));
    assertThat(depth)
        .containsEntry(TaskState.PENDING, partitions - 1)
        .containsEntry(TaskState.RUNNING, 1L)
        .containsEntry(TaskState.SCHEDULED, partitions)
        .containsEntry(TaskState.CANCELLED, partitions)
        .containsEntry(TaskState.SUCCEEDED, 0L);
  }

  @Test
  void theOldestReadyTaskHasAnAge() {
    assertThat(stores.queues().find("default")).isEmpty();
    enqueue(TaskSpec.of("t"));
    clock.advance(Duration.ofSeconds(90));
    enqueue(TaskSpec.of("t"));
    assertThat(view("default").oldestPendingAge()).isEqualTo(Duration.ofSeconds(90));
    claim(2);
    assertThat(view("default").oldestPendingAge()).isNull();
  }

  @Test
  void whatStandsAsideForAnotherWorkerIsCountedByType() {
    enqueue(TaskSpec.of("other"));
    enqueue(TaskSpec.of("other"));
    claim(1);
    assertThat(view("default").waitingByType()).isEqualTo(Map.of("other", 2L));
    assertThat(view("default").depth()).containsEntry(TaskState.PENDING, 2L);
    stores.tasks().claim(request("w2", 2, List.of(2, 0, 0, 0), "other"));
    assertThat(view("default").waitingByType()).isEmpty();
  }

  @Test
  void whatStandsAsideTellsWhatItNeeds() {
    enqueue(TaskSpec.of("other"));
    enqueue(TaskSpec.builder("other").requires(List.of("gpu", "a=b")).build());
    enqueue(TaskSpec.builder("t").slots(3).build());
    claim(2);
    assertThat(view("default").aside())
        .isEqualTo(
            Map.of(
                new Demand("other", List.of(), 1),
                1L,
                new Demand("other", List.of("a=b", "gpu"), 1),
                1L,
                new Demand("t", List.of(), 3),
                1L));
    assertThat(view("default").waitingByType()).isEqualTo(Map.of("other", 2L, "t", 1L));
    assertThat(stores.queues().purge("default")).isEqualTo(3);
  }

  @Test
  void aPurgeCancelsWhatWaitsAndNothingElse() {
    for (int p = 0; p < setup.partitions(); p++) {
      enqueueIn(p, TaskSpec.of("t"));
      enqueueIn(p, TaskSpec.builder("t").delay(Duration.ofSeconds(1)).build());
      enqueueIn(p, TaskSpec.of("aside"));
    }
    Task elsewhere = enqueue(TaskSpec.builder("t").queue("elsewhere").build());
    String running = claim(1).leased().getFirst().task().id();
    long waiting = 3L * setup.partitions() - 1;
    assertThat(stores.queues().purge("default")).isEqualTo(waiting);
    assertThat(view("default").depth())
        .containsEntry(TaskState.CANCELLED, waiting)
        .containsEntry(TaskState.PENDING, 0L)
        .containsEntry(TaskState.SCHEDULED, 0L);
    assertThat(find(running).state()).isEqualTo(TaskState.RUNNING);
    assertThat(find(elsewhere.id()).state()).isEqualTo(TaskState.PENDING);
    assertThat(stores.queues().purge("default")).isZero();
  }

  @Test
  void whatAPurgeCancelledSaysSo() {
    Task task = enqueue(TaskSpec.of("t"));
    stores.queues().purge("default");
    assertThat(find(task.id()).reason()).isEqualTo(Reason.PURGED);
  }

  @Test
  void aPurgeOfManyGoesThroughAllOfThem() {
    enqueueMany(1_000, TaskSpec.of("t"));
    assertThat(stores.queues().purge("default")).isEqualTo(1_000);
  }

  @Test
  void aPurgeOfAQueueThatIsNotThereIsNoError() {
    assertThat(stores.queues().purge("nowhere")).isZero();
  }

  @Test
  void settingsThatAreRightNeedNoRepair() {
    stores.queues().pause("default");
    assertThat(stores.queues().repairSettings()).isZero();
  }

  private QueueView view(String name) {
    return stores.queues().find(name).orElseThrow();
  }
}
