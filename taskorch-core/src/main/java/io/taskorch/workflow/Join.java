package io.taskorch.workflow;

/** When a step that depends on others runs. */
public enum Join {
  /** All upstream steps must succeed; a failure outweighs a skip. */
  ALL_SUCCEEDED
}
