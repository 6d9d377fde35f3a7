package io.taskorch.store;

import io.taskorch.limit.Limited;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueInUseException;
import io.taskorch.limit.QueueLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Limits, and which groups stand still. A change holds from the next claim on; what runs goes on.
 * The limits of a key lie in the partition that the key gives. A queue that has limits lives in the
 * partition that its name gives, as do its limits; the others have copies.
 */
public interface LimitStore {

  Optional<LimitedQueue> findQueue(String queue);

  /**
   * Sets a queue's limits in place of those that it has; the same again changes nothing.
   *
   * @throws QueueInUseException it had none, and holds tasks that have not ended in partitions that
   *     are not its own
   * @throws io.taskorch.task.InvalidTaskException it would be one queue too many
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  void limitQueue(String queue, QueueLimits limits);

  /** Whether a queue has limits, so that it lives in one partition; as of the last second. */
  boolean isLimited(String queue);

  /** Takes a queue's limits away; one that has none stays as it is. */
  void freeQueue(String queue);

  Optional<LimitedKey> findKey(String key);

  /**
   * One page of all keys that have limits, by name.
   *
   * @param limit 1 to 500
   * @param cursor the last key of the page before; null for the first
   */
  LimitPage list(int limit, @Nullable String cursor);

  /**
   * Sets the limits of a key in place of those that it has; the same again changes nothing.
   *
   * @throws io.taskorch.task.InvalidTaskException it would be one too many
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  void limitKey(String key, Limits limits);

  /** Takes the limits of a key away; one that has none stays as it is. */
  void freeKey(String key);

  /**
   * Starts no task of one group of a queue; what runs goes on. A paused one stays as it is.
   *
   * @throws io.taskorch.task.InvalidTaskException it would be one too many
   */
  void pauseGroup(String queue, String group);

  void resumeGroup(String queue, String group);

  /** A group as it stands; of one that nothing is said about, that. */
  GroupView group(String queue, String group);

  /** What holds a task back; nothing of one that does not wait. */
  Obstacles obstacles(String taskId);

  /** What settings or code declare. */
  Map<Limited, Declaration> declarations();

  /**
   * Notes that something is declared, which does not set it.
   *
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  void declare(Limited what, Declaration declaration);

  /** Forgets a declaration; the limits stay. */
  void undeclare(Limited what);

  /**
   * A queue's limits.
   *
   * @param use by all tasks of the queue
   */
  record LimitedQueue(String queue, QueueLimits limits, Use use) {}

  /** The limits of a key. */
  record LimitedKey(String key, Limits limits, Use use) {}

  /**
   * What is taken of limits at the moment.
   *
   * @param running tasks that run
   * @param tokens how many are left of the rate; null when there is none
   */
  record Use(long running, @Nullable Long tokens) {}

  /**
   * A group of a queue as it stands.
   *
   * @param weight how many turns it has to one of a group without a weight
   * @param use by its tasks alone
   */
  record GroupView(String queue, String group, boolean paused, int weight, Use use) {}

  /**
   * Who declares limits, and which.
   *
   * @param owner such as {@code config}; without a blank
   * @param fingerprint of the limits
   */
  record Declaration(String owner, String fingerprint) {}

  /** One page. */
  record LimitPage(List<LimitedKey> keys, Optional<String> nextCursor) {
    public LimitPage {
      keys = List.copyOf(keys);
    }
  }
}
