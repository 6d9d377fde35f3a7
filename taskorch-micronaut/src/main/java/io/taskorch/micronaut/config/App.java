package io.taskorch.micronaut.config;

/** The three apps, which any number of processes may run, one or several of them each. */
public enum App {
  /** Answers REST calls. */
  API(8080, 9090),
  /** Claims tasks and runs their handlers. */
  WORKER(8081, 9091),
  /** Runs upkeep. */
  SCHEDULER(8082, 9092);

  private final int port;
  private final int metricsPort;

  App(int port, int metricsPort) {
    this.port = port;
    this.metricsPort = metricsPort;
  }

  /** The default of {@code server.port}. */
  public int port() {
    return port;
  }

  /** The default of {@code metrics.port}. */
  public int metricsPort() {
    return metricsPort;
  }
}
