package io.taskorch.workflow;

import java.util.EnumSet;
import java.util.Set;

/** The states of a workflow run. {@code docs/state-machine.md} is rendered from {@link #next()}. */
public enum RunState {
  /** Some step has not ended. */
  RUNNING('R'),
  /** Final: no step failed. */
  SUCCEEDED('D'),
  /** Final: a step failed, all others have ended, and nothing was undone, or not all. */
  FAILED('F'),
  /** Final: somebody cancelled it, and all steps have ended. */
  CANCELLED('C'),
  /** A step failed, and what had succeeded before is being undone. */
  COMPENSATING('M'),
  /** Final: a step failed, and what had succeeded before has been undone. */
  COMPENSATED('U');

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

  /** The states that one move can lead to; final ones are left only by an operator. */
  public Set<RunState> next() {
    return switch (this) {
      case RUNNING -> EnumSet.of(SUCCEEDED, FAILED, CANCELLED, COMPENSATING);
      case COMPENSATING -> EnumSet.of(COMPENSATED, FAILED);
      case FAILED -> EnumSet.of(RUNNING, COMPENSATING);
      case SUCCEEDED, CANCELLED -> EnumSet.of(RUNNING);
      case COMPENSATED -> EnumSet.noneOf(RunState.class);
    };
  }

  public boolean isFinal() {
    return switch (this) {
      case RUNNING, COMPENSATING -> false;
      case SUCCEEDED, FAILED, CANCELLED, COMPENSATED -> true;
    };
  }
}
