package io.taskorch.workflow;

import io.taskorch.task.Json;
import org.jspecify.annotations.Nullable;

/** What a person does to a step of a run. Each is written down with who did it. */
public sealed interface StepAction {

  /** The step's name. */
  String step();

  /** Why, in the person's words, at most {@link #LONGEST_NOTE} characters; null for no word. */
  @Nullable String note();

  int LONGEST_NOTE = 1024;

  /** Lets an approval that is waited for succeed; its result says who and when. */
  record Approve(String step, @Nullable String note) implements StepAction {}

  /** Lets an approval that is waited for fail. */
  record Reject(String step, @Nullable String note) implements StepAction {}

  /**
   * Ends a step that has not begun, or has failed, as SKIPPED; what was cancelled for it goes on.
   */
  record Skip(String step, @Nullable String note) implements StepAction {}

  /**
   * Ends a step that has not begun, or has failed, as SUCCEEDED; what was cancelled for it goes on.
   *
   * @param result what steps downstream get as its result
   */
  record Succeed(String step, @Nullable String note, Json result) implements StepAction {}

  /**
   * Starts a step of a run that has ended over, and all steps downstream of it.
   *
   * @param input takes the place of the step's payload; null leaves it
   */
  record Rerun(String step, @Nullable String note, @Nullable Json input) implements StepAction {}
}
