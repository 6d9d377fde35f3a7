package io.taskorch.task;

/** Why a task is in its final state, where the state alone does not say it. */
public enum Reason {
  /** It threw, and its attempts were spent. */
  ATTEMPTS_SPENT('a', "attempts-spent"),
  /** It threw an error that no retry can mend. */
  PERMANENT_ERROR('p', "permanent-error"),
  /** Its workers died under it too often. */
  CRASH_LOOP('l', "crash-loop"),
  /** No live worker of its queue handles its type. */
  NO_HANDLER('n', "no-handler"),
  /** Its {@code start_before} had passed. */
  EXPIRED('e', "expired"),
  /** Somebody cancelled it. */
  CANCELLED('c', "cancelled"),
  /** Its queue was purged. */
  PURGED('q', "purged"),
  /** Its workflow run was cancelled. */
  RUN_CANCELLED('r', "run-cancelled"),
  /** Its batch was cancelled. */
  BATCH_CANCELLED('b', "batch-cancelled"),
  /** An upstream step of its workflow run did not succeed. */
  UPSTREAM_FAILED('u', "upstream-failed"),
  /** Its condition was false. */
  CONDITION_FALSE('w', "condition-false"),
  /** All upstream steps that might have let it run were skipped. */
  UPSTREAM_SKIPPED('k', "upstream-skipped"),
  /** What was to happen with it could not be decided. */
  UNDECIDABLE('d', "undecidable"),
  /** A signal or an approval did not come in time. */
  TIMED_OUT('t', "timed-out"),
  /** Its approval was rejected. */
  REJECTED('j', "rejected"),
  /** The run that it began did not succeed. */
  RUN_FAILED('f', "run-failed"),
  /** It found a limit full that drops what is beyond it. */
  OVER_LIMIT('m', "over-limit"),
  /** A person ended it so. */
  BY_HAND('o', "by-hand");

  private final char code;
  private final String word;

  Reason(char code, String word) {
    this.code = code;
    this.word = word;
  }

  /** The letter that stands for this reason in stored records and in the scripts. */
  public char code() {
    return code;
  }

  /** The word that people and programs outside see. */
  public String word() {
    return word;
  }

  /** The reason that {@code code} stands for. */
  public static Reason ofCode(char code) {
    for (Reason reason : values()) {
      if (reason.code == code) {
        return reason;
      }
    }
    throw new IllegalArgumentException("no reason has the code '" + code + "'");
  }
}
