package io.taskorch.workflow;

import java.util.Locale;

/** When a step that depends on others runs. */
public enum Join {
  /** All upstream steps must succeed; a failure outweighs a skip. */
  ALL_SUCCEEDED,
  /** All upstream steps must have ended, however they did. */
  ALL_FINISHED,
  /** At the first upstream step that succeeds. */
  ANY_SUCCEEDED;

  /** As documents have it, such as {@code all_succeeded}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
