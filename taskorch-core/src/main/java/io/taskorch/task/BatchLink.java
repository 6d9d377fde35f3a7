package io.taskorch.task;

/** What ties a task to a batch. */
public record BatchLink(String batchId, Role role) {

  /** What a task is to its batch. */
  public enum Role {
    /** The batch waits for its end. */
    MEMBER,
    /** It came about because a member had failed. */
    ON_FAILURE,
    /** It came about because all members had succeeded. */
    ON_SUCCESS,
    /** It came about because all members had ended. */
    ON_FINISH
  }

  public static BatchLink member(String batchId) {
    return new BatchLink(batchId, Role.MEMBER);
  }
}
