package io.taskorch.testing.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds a short sequence that fails, by leaving out stretches of a long one, halves first. jqwik's
 * own shrinking changes one action at a time, which takes too long where each try talks to Redis.
 */
final class Minimal {

  private Minimal() {}

  /** A sequence and how it failed. */
  record Failing(List<Action> actions, Throwable failure) {}

  /**
   * Runs the sequence, and if it fails, parts of it.
   *
   * @param failureOf runs a sequence from the beginning; empty when it is all right
   */
  static Optional<Failing> failing(
      List<Action> actions, Function<List<Action>, Optional<Throwable>> failureOf) {
    return failureOf.apply(actions).map(failure -> shorten(actions, failure, failureOf));
  }

  private static Failing shorten(
      List<Action> actions,
      Throwable failure,
      Function<List<Action>, Optional<Throwable>> failureOf) {
    Failing smallest = new Failing(actions, failure);
    for (int size = actions.size() / 2; size >= 1; size /= 2) {
      for (int from = 0; from < smallest.actions.size(); ) {
        List<Action> rest = new ArrayList<>(smallest.actions);
        rest.subList(from, Math.min(from + size, rest.size())).clear();
        Optional<Throwable> stillFails = failureOf.apply(rest);
        if (stillFails.isPresent()) {
          smallest = new Failing(rest, stillFails.get());
        } else {
          from += size;
        }
      }
    }
    return smallest;
  }
}
