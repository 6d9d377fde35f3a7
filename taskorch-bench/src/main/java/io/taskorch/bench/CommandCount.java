package io.taskorch.bench;

import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the commands that clients send, those inside scripts left out, which INFO counts alike.
 * Only for a Redis with little to do: it is told of each.
 */
final class CommandCount implements AutoCloseable {

  private final Pipeline monitor;
  private final AtomicLong count = new AtomicLong();

  CommandCount(URI redis) {
    this.monitor = new Pipeline(redis);
    monitor.send(Pipeline.bytes("MONITOR"));
    Pipeline.require(monitor.receive());
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try {
      while (true) {
        if (!isInsideScript(monitor.receive())) {
          count.incrementAndGet();
        }
      }
    } catch (UncheckedIOException e) {
      // closed
    }
  }

  private static boolean isInsideScript(@Nullable Object line) {
    return line instanceof byte[] text
        && new String(text, StandardCharsets.UTF_8).contains(" lua] ");
  }

  long soFar() {
    return count.get();
  }

  @Override
  public void close() {
    monitor.close();
  }
}
