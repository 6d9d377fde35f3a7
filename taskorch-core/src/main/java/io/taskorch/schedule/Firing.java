package io.taskorch.schedule;

import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * One instant of a schedule that makes a task or a run. Who fires it, and how often, changes
 * nothing: the id comes from the firing alone, and an id is stored once.
 *
 * @param instant the time in the id
 */
public record Firing(Schedule schedule, Instant instant, Kind kind) {

  /** Why it is fired; the same instant may be fired once for each. */
  public enum Kind {
    /** Its time came. */
    TIME,
    /** Somebody asked for what a window in the past would have made. */
    BACKFILL
  }

  /**
   * How long a fired task's record is kept at least. A scheduler that was stopped between reading
   * what is due and firing it must find, when it goes on, that another one did.
   */
  public static final Duration LEAST_RETENTION = Duration.ofMinutes(10);

  /** The id of what may live in any of so many partitions. */
  public String id(int partitions) {
    return id(partitions, OptionalInt.empty());
  }

  /**
   * @param partitions how many there are
   * @param home the one that what is fired belongs in; empty for any
   */
  public String id(int partitions, OptionalInt home) {
    byte[] digest = sha256(schedule.name() + ' ' + instant.toEpochMilli() + ' ' + kind.name());
    int partition =
        home.orElseGet(() -> Math.floorMod(ByteBuffer.wrap(digest, 16, 4).getInt(), partitions));
    return TaskId.of(instant, digest, partition);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The task of any firing.
   *
   * @param schedule its name
   * @param task as the schedule has it
   */
  public static TaskSpec task(String schedule, TaskSpec task) {
    Duration kept = task.retention();
    boolean tooShort = kept != null && kept.compareTo(LEAST_RETENTION) < 0;
    return task.toBuilder().retention(tooShort ? LEAST_RETENTION : kept).schedule(schedule).build();
  }
}
