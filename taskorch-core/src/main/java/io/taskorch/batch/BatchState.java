package io.taskorch.batch;

/** The states of a batch. An operator's retry of a member makes one that has ended run again. */
public enum BatchState {
  /** Some member has not ended. */
  RUNNING('R'),
  /** Final: all members have succeeded. */
  SUCCEEDED('D'),
  /** Final: a member has failed, and all have ended. */
  FAILED('F'),
  /** Final: it was cancelled, or a member was and none failed, and all have ended. */
  CANCELLED('C');

  private final char code;

  BatchState(char code) {
    this.code = code;
  }

  /** The letter that stands for this state in the store. */
  public char code() {
    return code;
  }

  /** The state that {@code code} stands for. */
  public static BatchState ofCode(char code) {
    for (BatchState state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    throw new IllegalArgumentException("no batch state has the code '" + code + "'");
  }

  public boolean isFinal() {
    return this != RUNNING;
  }
}
