package io.taskorch.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The moves and reads of schedules. A schedule lives in the partition that its name gives. Whoever
 * changes one says which revision it knows; another one by then means that somebody was faster.
 */
public interface ScheduleStore {

  Optional<StoredSchedule> find(String name);

  /**
   * One page of all schedules, by name.
   *
   * @param limit 1 to 500
   * @param cursor the last name of the page before; null for the first
   */
  SchedulePage list(int limit, @Nullable String cursor);

  /** Who declares what: owners by names of schedules. */
  Map<String, String> declared();

  /** The store's clock. */
  Instant now();

  /**
   * Stores a schedule, if its revision is the one that is stored; 0 when there must be none.
   *
   * @param lookAt when its next turn is; null for never
   * @return false when the revision was another one, and nothing was written
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  boolean save(StoredSchedule schedule, @Nullable Instant lookAt);

  /** Deletes a schedule; one that is not there stays away. */
  void delete(String name);

  /** The partitions that hold schedules, or did. */
  List<Integer> partitions();

  /**
   * The schedules of a partition whose turn it is, the longest waiting first.
   *
   * @param scheduler who asks; for {@code lease} nobody else gets any, so that two do not do the
   *     same work twice
   */
  DueSchedules due(int partition, String scheduler, Duration lease);

  /** By how much the longest waiting turn of all is late; zero when none is. */
  Duration lag();

  /**
   * Notes the progress of schedules of one partition, each if its revision is the one that is
   * stored.
   */
  void move(int partition, List<Moved> moved);

  /**
   * Progress to note.
   *
   * @param schedule with the revision that is known and the progress to be
   * @param lookAt when its next turn is; null for never
   */
  record Moved(StoredSchedule schedule, @Nullable Instant lookAt) {}

  /** One page. */
  record SchedulePage(List<StoredSchedule> schedules, Optional<String> nextCursor) {
    public SchedulePage {
      schedules = List.copyOf(schedules);
    }
  }

  /**
   * What is due.
   *
   * @param schedules some of those whose turn it is; none while they are another scheduler's
   * @param nextDue the earliest turn of all in the partition, those that are due included; null
   *     when there is none
   */
  record DueSchedules(List<StoredSchedule> schedules, @Nullable Instant nextDue, Instant now) {
    public DueSchedules {
      schedules = List.copyOf(schedules);
    }
  }
}
