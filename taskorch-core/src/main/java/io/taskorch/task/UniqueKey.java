package io.taskorch.task;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Of all tasks with the same key one holds it, whatever their types and queues; another one that is
 * submitted meanwhile is not stored.
 *
 * @param key 1 to 256 characters
 * @param until how long the key is held
 * @param ttl for how long, 1 ms to {@link #LONGEST_TTL}, with {@link Until#TTL} only; null
 *     otherwise
 * @param onConflict what becomes of another task that finds the key held
 * @param maxWait how long after its submission a task may be put off by {@link OnConflict#REPLACE}
 *     at most, with that only; null for any time
 */
public record UniqueKey(
    String key,
    Until until,
    @Nullable Duration ttl,
    OnConflict onConflict,
    @Nullable Duration maxWait) {

  public static final int LONGEST_KEY = 256;
  public static final Duration LONGEST_TTL = Duration.ofDays(100);

  /** Until when a task holds its key; one that fails, is cancelled or expires never holds it on. */
  public enum Until {
    /** Until it starts for the first time: one waits, and any number may run. */
    START,
    /** Until it has ended, retries included. */
    FINISH,
    /** For a time from its submission, also when it has succeeded by then. */
    TTL
  }

  /** What becomes of a task that finds its key held. */
  public enum OnConflict {
    /** {@link UniqueConflictException}. */
    REJECT,
    /** The holder is what was submitted. */
    RETURN,
    /**
     * As {@link #RETURN}, and a holder of the same type that has never started takes the new
     * payload; one that is due later is put off to when the new task would be due, never pulled
     * forward. Any other holder is as with {@link #REJECT}.
     */
    REPLACE,
    /**
     * One may run and one may wait: while none waits another one is stored, which starts when the
     * one that runs has ended; while one waits, that is as with {@link #REPLACE}.
     */
    QUEUE_ONE
  }

  /**
   * @throws InvalidTaskException naming every field that is wrong
   */
  public UniqueKey {
    Violations wrong = new Violations();
    if (key.isEmpty() || key.length() > LONGEST_KEY) {
      wrong.add("/key", "out-of-range", "is not 1 to 256 characters long");
    }
    if (until != Until.TTL && ttl != null) {
      wrong.add("/ttl", "conflict", "needs until to be ttl");
    } else if (until == Until.TTL && ttl == null) {
      wrong.add("/ttl", "required", "is how long the key is held");
    } else if (ttl != null && isNot1MilliTo(LONGEST_TTL, ttl)) {
      wrong.add("/ttl", "out-of-range", "is not 1 ms to 100 days");
    }
    if (onConflict == OnConflict.QUEUE_ONE && until != Until.FINISH) {
      wrong.add("/until", "conflict", "is finish where on_conflict is queue_one");
    }
    if (maxWait != null && !replaces(onConflict)) {
      wrong.add("/max_wait", "conflict", "needs on_conflict to be replace or queue_one");
    } else if (maxWait != null && isNot1MilliTo(LONGEST_TTL, maxWait)) {
      wrong.add("/max_wait", "out-of-range", "is not 1 ms to 100 days");
    }
    wrong.throwIfAny();
  }

  private static boolean replaces(OnConflict onConflict) {
    return onConflict == OnConflict.REPLACE || onConflict == OnConflict.QUEUE_ONE;
  }

  private static boolean isNot1MilliTo(Duration longest, Duration time) {
    return time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(longest) > 0;
  }

  /** Held until the task has ended; another one is rejected. */
  public static UniqueKey of(String key) {
    return new UniqueKey(key, Until.FINISH, null, OnConflict.REJECT, null);
  }

  /** The same, held until the task starts. */
  public UniqueKey untilStart() {
    return new UniqueKey(key, Until.START, null, onConflict, maxWait);
  }

  /** The same, held for a time. */
  public UniqueKey forTime(Duration time) {
    return new UniqueKey(key, Until.TTL, time, onConflict, maxWait);
  }

  /** The same, where one may wait while one runs. */
  public UniqueKey orQueueOne() {
    return new UniqueKey(key, Until.FINISH, null, OnConflict.QUEUE_ONE, maxWait);
  }

  /** The same, where another one is answered by the holder. */
  public UniqueKey orReturn() {
    return new UniqueKey(key, until, ttl, OnConflict.RETURN, null);
  }

  /**
   * The same, where another one gives the holder its payload.
   *
   * @param longest how long a task may be put off; null for any time
   */
  public UniqueKey orReplace(@Nullable Duration longest) {
    return new UniqueKey(key, until, ttl, OnConflict.REPLACE, longest);
  }
}
