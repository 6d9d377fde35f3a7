package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.store.Hints;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.Outcome;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class HintsContractTest extends Contract {

  private final List<String> heard = new CopyOnWriteArrayList<>();

  private final Hints.WorkListener listener =
      new Hints.WorkListener() {
        @Override
        public void ready(int partition, String queue) {
          heard.add("ready " + partition + " " + queue);
        }

        @Override
        public void cancelRequested(String taskId) {
          heard.add("cancel " + taskId);
        }
      };

  @Test
  void workInAnEmptyQueueIsTold() {
    try (var subscription = stores.hints().onWork(listener)) {
      enqueue(TaskSpec.of("t"));
      await().until(() -> heard.contains("ready " + home() + " default"));
    }
  }

  @Test
  void anEarlierDueTimeIsTold() {
    try (var subscription = stores.hints().onWork(listener)) {
      enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(5)).build());
      await().until(() -> heard.contains("ready " + home() + " default"));
    }
  }

  @Test
  void aChangeOfLimitsIsTold() {
    try (var subscription = stores.hints().onWork(listener)) {
      stores.limits().limitQueue("images", QueueLimits.of(Limits.ofConcurrency(1)));
      for (int p = 0; p < setup.partitions(); p++) {
        String hint = "ready " + p + " images";
        await().until(() -> heard.contains(hint));
      }
    }
  }

  @Test
  void aCancelOfARunningTaskIsTold() {
    Task task = enqueue(TaskSpec.of("t"));
    claim(1);
    try (var subscription = stores.hints().onWork(listener)) {
      stores.tasks().cancel(task.id());
      await().until(() -> heard.contains("cancel " + task.id()));
    }
  }

  @Test
  void theEndIsToldWhenSomebodyAwaitsIt() {
    Task awaited = enqueue(TaskSpec.of("t"));
    Task other = enqueue(TaskSpec.of("t"));
    try (var subscription = stores.hints().onFinal(heard::add)) {
      stores.hints().await(List.of(awaited.id()), Duration.ofMinutes(1));
      for (Lease lease : claim(2).leased().stream().map(l -> l.lease()).toList()) {
        stores.tasks().settle(List.of(new Settlement(lease, new Outcome.Succeeded(Json.NULL))));
      }
      await().until(() -> heard.contains(awaited.id()));
      assertThat(heard).doesNotContain(other.id());
    }
  }

  @Test
  void aClosedSubscriptionHearsNothing() {
    stores.hints().onWork(listener).close();
    try (var subscription = stores.hints().onFinal(id -> {})) {
      enqueue(TaskSpec.of("t"));
    }
    assertThat(heard).isEmpty();
  }
}
