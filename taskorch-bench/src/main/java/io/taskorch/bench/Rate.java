package io.taskorch.bench;

/** Things a second. */
final class Rate {

  private Rate() {}

  static double of(int things, Runnable work) {
    long begin = System.nanoTime();
    work.run();
    return since(begin, things);
  }

  /**
   * @param begin of {@link System#nanoTime()}
   */
  static double since(long begin, int things) {
    return things * 1e9 / (System.nanoTime() - begin);
  }
}
