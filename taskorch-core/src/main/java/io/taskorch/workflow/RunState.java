package io.taskorch.workflow;

import java.util.EnumSet;
import java.util.Set;

/** The states of a workflow run. {@code docs/state-machine.md} is rendered from {@link #next()}. */
public enum RunState {
  /** Some step has not ended. */
  RUNNING('R'),
  /** Final: no step failed. */
  SUCCEEDED('D'),
  /** Final: a step failed, and all others have ended. */
  FAILED('F'),
  /** Final: somebody cancelled it, and all steps have ended. */
  CANCELLED('C');

  private final char code;

  RunState(char code) {
    this.code = code;
  }

  /** The letter that stands for this state in stored records and in the scripts. */
  public char code() {
    return code;
  }

  /** The state that {@code code} stands for. */
  public static RunState ofCode(char code) {
    for (RunState state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    throw new IllegalArgumentException("no run state has the code '" + code + "'");
  }

  /** The states that one move can lead to; final ones are left only by an operator's retry. */
  public Set<RunState> next() {
    return switch (this) {
      case RUNNING -> EnumSet.of(SUCCEEDED, FAILED, CANCELLED);
      case FAILED, CANCELLED -> EnumSet.of(RUNNING);
      case SUCCEEDED -> EnumSet.noneOf(RunState.class);
    };
  }

  public boolean isFinal() {
    return switch (this) {
      case RUNNING -> false;
      case SUCCEEDED, FAILED, CANCELLED -> true;
    };
  }
}
