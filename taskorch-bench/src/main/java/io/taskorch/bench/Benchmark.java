package io.taskorch.bench;

import java.util.List;

/** Measures some figures, once a round. */
interface Benchmark extends AutoCloseable {

  /** The word that chooses it. */
  String name();

  /** One line. */
  String description();

  /** What it measures, in the order in which it is told. */
  List<Measure> measures();

  /**
   * Measures everything once, or, if it is {@link #takesItsTime()}, {@link Rig#runs()} times.
   *
   * @throws IllegalStateException something did not happen in time
   */
  void measure(Rig rig, Sheet sheet) throws InterruptedException;

  /** Whether rounds would cost too much: it runs once, at the end, and repeats what it can. */
  default boolean takesItsTime() {
    return false;
  }

  /** Ends what it keeps from round to round. */
  @Override
  default void close() {}
}
