package io.taskorch.worker;

/** What several of a worker's threads need. */
final class Threads {

  private Threads() {}

  /** Waits for a thread's end, if it has been started; the caller stays interrupted if it was. */
  static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
