package io.taskorch.cli;

import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Turns SIGINT and SIGTERM into an interrupt of one thread, which has things to tidy up; a second
 * signal ends the process at once.
 */
final class Interruption {

  private static final int SIGNALLED = 128;

  private final AtomicInteger signal = new AtomicInteger();

  private Interruption() {}

  static Interruption ofThisThread() {
    Interruption interruption = new Interruption();
    Thread thread = Thread.currentThread();
    Signal.handle(new Signal("INT"), signal -> interruption.come(signal, thread));
    Signal.handle(new Signal("TERM"), signal -> interruption.come(signal, thread));
    return interruption;
  }

  private void come(Signal came, Thread thread) {
    if (!signal.compareAndSet(0, came.getNumber())) {
      Runtime.getRuntime().halt(exitCode());
    }
    thread.interrupt();
  }

  boolean came() {
    return signal.get() != 0;
  }

  /** As shells count it. */
  int exitCode() {
    return SIGNALLED + signal.get();
  }
}
