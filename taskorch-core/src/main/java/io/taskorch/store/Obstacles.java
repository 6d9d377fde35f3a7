package io.taskorch.store;

import io.taskorch.task.RateLimitedException.Scope;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What holds back a task that waits, besides its time and which workers there are.
 *
 * @param gates that do not let it pass now
 * @param turn null when it is its own, or it takes no turns
 * @param groupsBefore how many groups of its queue have their turn before its own
 * @param waitsForOthers until when it waits for others that its handler takes with it; null when it
 *     does not
 */
public record Obstacles(
    List<Gate> gates, @Nullable Turn turn, long groupsBefore, @Nullable Instant waitsForOthers) {

  /** Of a task that nothing holds back, or that does not wait. */
  public static final Obstacles NONE = new Obstacles(List.of(), null, 0, null);

  public Obstacles {
    gates = List.copyOf(gates);
  }

  /** Why tasks of its queue, group, limit or type do not start; the scope says of which. */
  public sealed interface Gate {
    Scope scope();
  }

  /**
   * As many run as may.
   *
   * @param oldest the one that has been running longest; null when it has just ended
   */
  public record Full(Scope scope, int most, long running, @Nullable String oldest)
      implements Gate {}

  /**
   * Its rate lets the task pass later.
   *
   * @param until when, if no other takes what comes in until then
   */
  public record RateUsedUp(Scope scope, Instant until) implements Gate {}

  /** A handler was told to slow down. */
  public record Closed(Scope scope, Instant until) implements Gate {}

  /** Somebody has paused it. */
  public record Paused(Scope scope) implements Gate {}

  /**
   * The turn of another task with the same key, of a sequence or a unique one.
   *
   * @param holder whose it is
   * @param before how many more wait for it before the task
   */
  public record Turn(String holder, long before) {}
}
