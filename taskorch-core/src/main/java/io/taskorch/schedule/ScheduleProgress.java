package io.taskorch.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a schedule is.
 *
 * @param next the first instant that has not been dealt with; null when there is none
 * @param queued an instant that waits for the end of earlier tasks
 * @param open ids of its tasks or runs that had not ended when that was last looked at, oldest
 *     first; kept only where overlap or failures matter
 * @param paused whether nothing is fired
 * @param pauseReason why, when nobody asked for it
 * @param failures how many failed in a row
 * @param lastInstant the last instant that made a task or run
 * @param lastId of that
 * @param fired how many instants made one
 * @param skipped how many were left out because of earlier ones
 * @param missed how many were given up because nobody fired them in time, or what they would have
 *     started could not be
 */
public record ScheduleProgress(
    @Nullable Instant next,
    @Nullable Instant queued,
    List<String> open,
    boolean paused,
    @Nullable String pauseReason,
    int failures,
    @Nullable Instant lastInstant,
    @Nullable String lastId,
    long fired,
    long skipped,
    long missed) {

  public ScheduleProgress {
    open = List.copyOf(open);
  }

  /** Of a schedule that has just been made. */
  public static ScheduleProgress from(@Nullable Instant next) {
    return new ScheduleProgress(next, null, List.of(), false, null, 0, null, null, 0, 0, 0);
  }

  /** The same with another next instant. */
  public ScheduleProgress withNext(@Nullable Instant instant) {
    return new ScheduleProgress(
        instant,
        queued,
        open,
        paused,
        pauseReason,
        failures,
        lastInstant,
        lastId,
        fired,
        skipped,
        missed);
  }

  /** The same, following these too. */
  public ScheduleProgress following(List<String> ids) {
    List<String> all = new ArrayList<>(open);
    all.addAll(ids);
    return new ScheduleProgress(
        next,
        queued,
        all.subList(Math.max(0, all.size() - Turn.MOST_OPEN), all.size()),
        paused,
        pauseReason,
        failures,
        lastInstant,
        lastId,
        fired,
        skipped,
        missed);
  }

  /** Paused; what was queued is given up. */
  public ScheduleProgress paused(@Nullable String reason) {
    return new ScheduleProgress(
        next,
        null,
        open,
        true,
        reason,
        failures,
        lastInstant,
        lastId,
        fired,
        skipped + (queued == null ? 0 : 1),
        missed);
  }

  /**
   * Goes on with an instant; those of the pause are neither fired nor missed.
   *
   * @param instant the first one from now on
   */
  public ScheduleProgress resumed(@Nullable Instant instant) {
    return new ScheduleProgress(
        instant, null, open, false, null, 0, lastInstant, lastId, fired, skipped, missed);
  }
}
