package io.taskorch.task;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * The state machine of a task, the only one: {@link #next()} is the table of moves, and the scripts
 * in Redis are given the same table when they are loaded, so neither side can take an edge that the
 * other lacks. {@code docs/state-machine.md} is rendered from it.
 */
public enum TaskState {
  /**
   * A workflow step that waits for its upstream steps; the script that ends the last one moves it.
   */
  BLOCKED('B'),
  /** Due later; promoted by the claim that finds it due, or by upkeep. */
  SCHEDULED('S'),
  /** Ready; the next claim of a worker that handles its type takes it. */
  PENDING('P'),
  /** Leased to a worker; moved by that worker's word, or by upkeep when the lease has expired. */
  RUNNING('R'),
  /** Failed and waiting for its next attempt; promoted like a scheduled task. */
  RETRYING('T'),
  /** Final: the handler returned. */
  SUCCEEDED('D'),
  /** Final: attempts spent, a permanent error, or too many crashes; the dead-letter set. */
  FAILED('F'),
  /** Final: cancelled by somebody, expired, or left behind by a failed upstream step. */
  CANCELLED('C'),
  /** Final: a workflow step that was not needed. */
  SKIPPED('K');

  private final char code;

  TaskState(char code) {
    this.code = code;
  }

  /** The letter that stands for this state in stored records and in the scripts. */
  public char code() {
    return code;
  }

  /** The state that {@code code} stands for. */
  public static TaskState ofCode(char code) {
    for (TaskState state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    throw new IllegalArgumentException("no task state has the code '" + code + "'");
  }

  /** The states that one move can lead to. Final states are left only by an operator's retry. */
  public Set<TaskState> next() {
    return switch (this) {
      case BLOCKED -> EnumSet.of(SCHEDULED, PENDING, SUCCEEDED, FAILED, SKIPPED, CANCELLED);
      case SCHEDULED, RETRYING -> EnumSet.of(PENDING, CANCELLED);
      case PENDING -> EnumSet.of(RUNNING, CANCELLED, FAILED, SKIPPED);
      case RUNNING -> EnumSet.of(SUCCEEDED, RETRYING, SCHEDULED, PENDING, FAILED, CANCELLED);
      case FAILED -> EnumSet.of(PENDING, BLOCKED, SUCCEEDED, SKIPPED);
      case SUCCEEDED, CANCELLED, SKIPPED -> EnumSet.of(PENDING, BLOCKED);
    };
  }

  public boolean canBecome(TaskState to) {
    return next().contains(to);
  }

  /** Whether a task in this state has ended, and moves again only by an operator's hand. */
  public boolean isFinal() {
    return switch (this) {
      case SUCCEEDED, FAILED, CANCELLED, SKIPPED -> true;
      case BLOCKED, SCHEDULED, PENDING, RUNNING, RETRYING -> false;
    };
  }

  /** The final states, in the order of their declaration. */
  public static Set<TaskState> finalStates() {
    EnumSet<TaskState> states = EnumSet.noneOf(TaskState.class);
    Arrays.stream(values()).filter(TaskState::isFinal).forEach(states::add);
    return states;
  }
}
