package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

@TaskorchTest(partitions = 2)
class TaskorchExtensionTest {

  private static final Set<String> NAMES = new HashSet<>();

  @RepeatedTest(2)
  void everyTestHasANamespaceOfItsOwn(TestNamespace namespace, Stores stores, ManualClock clock) {
    assertThat(NAMES.add(namespace.name())).isTrue();
    assertThat(stores).isSameAs(namespace.stores());
    assertThat(clock).isSameAs(namespace.clock());
    assertThat(namespace.partitions()).isEqualTo(2);
    assertThat(stores.queues().list()).isEmpty();
    String id = stores.partitions().newId(1, clock.instant());
    TaskSpec later = TaskSpec.builder("t").delay(Duration.ofHours(1)).build();
    stores.tasks().enqueue(List.of(new NewTask(id, later)));
    clock.advance(Duration.ofHours(2));
    assertThat(stores.upkeep().promote(1).count()).isEqualTo(1);
  }

  @Nested
  class Inside {
    @Test
    void aNestedClassHasOneToo(TestNamespace namespace) {
      assertThat(NAMES.add(namespace.name())).isTrue();
    }
  }

  @AfterAll
  static void nothingIsLeftBehind() {
    try (RawRedis raw = RawRedis.connect(TestRedis.uri())) {
      for (String name : NAMES) {
        assertThat(raw.keys("{" + name + ":")).isEmpty();
      }
    }
  }
}
