package io.taskorch.store;

import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened, in order within a partition; the oldest events are dropped. */
public interface EventLog {

  /**
   * Events after an entry.
   *
   * @param after the last entry's id, {@code 0} for the oldest kept
   * @param most entries; each holds all events of one call
   */
  List<Entry> read(int partition, String after, int most);

  record Entry(String id, Instant time, List<Event> events) {
    public Entry {
      events = List.copyOf(events);
    }
  }

  /** What has happened to a task or a run. */
  sealed interface Event {
    String id();
  }

  /**
   * @param workflowId null unless it is a step
   */
  record TaskMoved(
      String id,
      TaskState state,
      int attempt,
      String queue,
      String type,
      @Nullable String workflowId)
      implements Event {}

  /** How far a running task says it is. */
  record TaskProgressed(
      String id, int percent, String queue, String type, @Nullable String workflowId)
      implements Event {}

  record RunMoved(String id, RunState state) implements Event {}

  /**
   * What a person did to a run, or to a step of it. Something that changed nothing is not told.
   *
   * @param verb {@code cancel}, {@code retry}, {@code signal}, {@code approve}, {@code reject},
   *     {@code skip}, {@code succeed} or {@code rerun}; {@code fork} of the run that was forked,
   *     {@code fork-of} of the one that came of it
   * @param step its name, of a fork that where it begins; null for the whole run
   * @param actor who it was
   * @param note why, in the person's words, or the name of a signal, or of a fork the id of the
   *     other run; null for no word
   */
  record RunActed(
      String id, String verb, @Nullable String step, String actor, @Nullable String note)
      implements Event {}
}
