package io.taskorch.examples;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import io.taskorch.workflow.Ref;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.Workflow;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A saga: flight, hotel and car are booked one after the other, and when one cannot be had, those
 * before it are cancelled, the last one first.
 */
public final class TripTasks {

  /** The same as {@code examples/workflows/trip.json}. */
  @Workflow("trip")
  WorkflowDefinition trip() {
    return WorkflowDefinition.of(
        "trip", book("flight"), book("hotel").after("flight"), book("car").after("hotel"));
  }

  private static Step.Builder book(String what) {
    return Step.task(what, "book", new Order(what, Ref.input())).compensateWith("cancel_booking");
  }

  /**
   * A step's payload before its reference is replaced.
   *
   * @param trip a {@link Trip} then
   */
  private record Order(String what, String trip) {}

  /**
   * Where to.
   *
   * @param soldOut what cannot be had; null for nothing
   */
  record Trip(@Nullable String to, @JsonProperty("sold_out") @Nullable String soldOut) {}

  /** What to book. */
  record Booking(String what, Trip trip) {}

  /**
   * What was booked.
   *
   * @param reference the same for every attempt, so that a repeated one books nothing twice
   */
  record Booked(String reference) {}

  @TaskHandler("book")
  Booked book(Booking wanted, TaskContext task) {
    if (wanted.what().equals(wanted.trip().soldOut())) {
      throw new PermanentTaskException("no " + wanted.what() + " to be had");
    }
    String to = Objects.requireNonNullElse(wanted.trip().to(), "nowhere");
    task.log("booked a " + wanted.what() + " to " + to);
    return new Booked(wanted.what() + "-" + task.taskId());
  }

  /** What the task that undoes a step is given. */
  record Undoing(Booking input, Booked result) {}

  @TaskHandler("cancel_booking")
  Booked cancel(Undoing undoing, TaskContext task) {
    task.log("cancelled " + undoing.result().reference());
    return undoing.result();
  }
}
