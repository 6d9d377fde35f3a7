package io.taskorch.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** One of the three apps in a process of its own, on any free port of loopback. */
final class AppProcess implements AutoCloseable {

  private static final Pattern LISTENS = Pattern.compile(" at (http://\\S+)");
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final ChildJvm jvm;
  private final URI url;

  private AppProcess(ChildJvm jvm, URI url) {
    this.jvm = jvm;
    this.url = url;
  }

  /** Starts an app, and returns when it says that it is ready. */
  static AppProcess start(Child.Role app, URI redis, String namespace) throws InterruptedException {
    ChildJvm jvm =
        ChildJvm.start(
            app,
            Map.of(
                "TASKORCH_REDIS_ADDR",
                redis.getHost() + ":" + redis.getPort(),
                "TASKORCH_REDIS_NAMESPACE",
                namespace,
                "TASKORCH_SERVER_PORT",
                "0",
                "TASKORCH_METRICS_PORT",
                "0"));
    try {
      AppProcess process = new AppProcess(jvm, URI.create(jvm.await(LISTENS).group(1)));
      process.awaitReady();
      return process;
    } catch (RuntimeException | InterruptedException e) {
      jvm.close();
      throw e;
    }
  }

  URI url() {
    return url;
  }

  private void awaitReady() throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(url.resolve("/health/readiness")).build();
    long begin = System.nanoTime();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (http.send(request, BodyHandlers.discarding()).statusCode() != 200) {
        if (System.nanoTime() - begin > LONGEST.toNanos()) {
          throw new IllegalStateException("an app of the benchmark does not become ready");
        }
        TimeUnit.MILLISECONDS.sleep(5);
      }
    } catch (IOException e) {
      throw new IllegalStateException("an app of the benchmark does not answer", e);
    }
  }

  @Override
  public void close() {
    jvm.close();
  }
}
