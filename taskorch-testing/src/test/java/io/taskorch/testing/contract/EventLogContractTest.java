package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.EventLog.Entry;
import io.taskorch.store.EventLog.Event;
import io.taskorch.store.EventLog.RunActed;
import io.taskorch.store.EventLog.TaskMoved;
import io.taskorch.store.NewRun;
import io.taskorch.store.NewRun.Fork;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.Outcome;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class EventLogContractTest extends Contract {

  @Test
  void everyChangeOfStateIsTold() {
    Task task = enqueue(TaskSpec.builder("t").queue("default").build());
    Lease lease = claim(1).leased().getFirst().lease();
    stores.tasks().settle(List.of(new Settlement(lease, new Outcome.Succeeded(Json.NULL))));
    assertThat(events())
        .containsExactly(
            moved(task, TaskState.PENDING, 0),
            moved(task, TaskState.RUNNING, 1),
            moved(task, TaskState.SUCCEEDED, 1));
  }

  @Test
  void whatChangesNothingTellsNothing() {
    Task task = enqueue(TaskSpec.of("t"));
    stores.tasks().cancel(task.id());
    int before = events().size();
    stores.tasks().cancel(task.id());
    claim(1);
    stores.upkeep().promote(home());
    assertThat(events()).hasSize(before);
  }

  @Test
  void oneCallIsOneEntry() {
    enqueueMany(3, TaskSpec.of("t"));
    claim(3);
    List<Entry> entries = stores.events().read(home(), "0", 100);
    assertThat(entries.getLast().events()).hasSize(3);
  }

  @Test
  void readingGoesOnAfterAnEntry() {
    enqueue(TaskSpec.of("t"));
    clock.advance(Duration.ofSeconds(1));
    enqueue(TaskSpec.of("t"));
    List<Entry> all = stores.events().read(home(), "0", 100);
    assertThat(all).hasSize(2);
    assertThat(stores.events().read(home(), all.getFirst().id(), 100))
        .containsExactly(all.getLast());
    assertThat(stores.events().read(home(), all.getLast().id(), 100)).isEmpty();
    assertThat(stores.events().read(home(), "0", 1)).containsExactly(all.getFirst());
  }

  @Test
  void aPartitionTellsOnlyItsOwn() {
    enqueueIn(0, TaskSpec.of("t"));
    for (int p = 1; p < setup.partitions(); p++) {
      assertThat(stores.events().read(p, "0", 100)).isEmpty();
    }
  }

  @Test
  void whatPeopleDoToARunIsToldWithWhoDidIt() {
    String id = newId();
    Step go = Step.of("go", Kind.SIGNAL, TaskSpec.of("signal")).signal("now").build();
    Step ok = Step.of("ok", Kind.APPROVAL, TaskSpec.of("approval")).after("go").build();
    Step plain = Step.task("plain", TaskSpec.of("t")).after("ok").build();
    stores
        .runs()
        .start(new NewRun(id, new WorkflowDefinition("w", List.of(go, ok, plain)), Json.NULL));
    while (stores.runs().advance(home()).more()) {}
    for (int i = 0; i < 2; i++) {
      // A call that is repeated is told once.
      stores.runs().signal(id, "now", Json.of("1"), "ann", "01ARZ3NDEKTSV4RRFFQ69G5F01");
    }
    while (stores.runs().advance(home()).more()) {}
    stores
        .runs()
        .act(
            id, new StepAction.Approve("ok", "so be it\n! -"), "bob", "01ARZ3NDEKTSV4RRFFQ69G5F02");
    stores.runs().act(id, new StepAction.Skip("plain", null), "cleo", "01ARZ3NDEKTSV4RRFFQ69G5F03");
    stores
        .runs()
        .act(id, new StepAction.Rerun("plain", "", null), "cleo", "01ARZ3NDEKTSV4RRFFQ69G5F04");
    stores.runs().cancel(id, "dan");
    stores.runs().cancel(id, "dan");
    stores.runs().retry(id, "eve", "01ARZ3NDEKTSV4RRFFQ69G5F05");
    assertThat(events().stream().filter(RunActed.class::isInstance))
        .containsExactly(
            new RunActed(id, "signal", null, "ann", "now"),
            new RunActed(id, "approve", "ok", "bob", "so be it\n! -"),
            new RunActed(id, "skip", "plain", "cleo", null),
            new RunActed(id, "rerun", "plain", "cleo", null),
            new RunActed(id, "cancel", null, "dan", null),
            new RunActed(id, "retry", null, "eve", null));
  }

  @Test
  void aForkIsToldOfBothRuns() {
    String id = newId();
    String fork = newId();
    WorkflowDefinition definition =
        new WorkflowDefinition("w", List.of(Step.task("a", TaskSpec.of("t")).build()));
    stores.runs().start(new NewRun(id, definition, Json.NULL));
    for (int i = 0; i < 2; i++) {
      stores
          .runs()
          .start(new NewRun(fork, definition, null, Json.NULL, new Fork(id, "a", "ann", Map.of())));
    }
    assertThat(events().stream().filter(RunActed.class::isInstance))
        .containsExactly(
            new RunActed(id, "fork", "a", "ann", fork),
            new RunActed(fork, "fork-of", "a", "ann", id));
  }

  private List<Event> events() {
    return stores.events().read(home(), "0", 1_000).stream()
        .flatMap(e -> e.events().stream())
        .toList();
  }

  private static TaskMoved moved(Task task, TaskState state, int attempt) {
    return new TaskMoved(task.id(), state, attempt, task.spec().queue(), task.spec().type(), null);
  }
}
