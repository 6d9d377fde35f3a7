package io.taskorch.cli;

import io.taskorch.testing.EmbeddedRedis;

/** The Redis that comes along with this command. */
final class LocalRedis {

  private LocalRedis() {}

  /**
   * @throws IllegalStateException it does not run here; the message says what to install
   */
  static EmbeddedRedis start() {
    try {
      return EmbeddedRedis.start();
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "the Redis that comes along does not run on this machine ("
              + e.getMessage()
              + "): install Redis 7 or newer, start it, and run `./taskorch dev --redis HOST:PORT`",
          e);
    }
  }
}
