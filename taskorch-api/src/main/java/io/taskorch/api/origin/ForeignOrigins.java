package io.taskorch.api.origin;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.taskorch.api.problem.Problem;
import io.taskorch.micronaut.config.TaskorchConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a page of another origin has its browser send, unless {@code server.allowed_origins}
 * names the origin: CORS alone would keep the answer from the page, but not the deed from the
 * server, and a program on loopback is within reach of every page that its user opens.
 */
@ServerFilter("/**")
final class ForeignOrigins {

  private final List<String> allowed;

  ForeignOrigins(TaskorchConfig config) {
    this.allowed = config.server().allowedOrigins();
  }

  @RequestFilter
  @Nullable HttpResponse<?> refuse(HttpRequest<?> request) {
    String origin = request.getHeaders().get(HttpHeaders.ORIGIN);
    if (origin == null || allowed.contains(origin) || isOwn(origin, request)) {
      return null;
    }
    return Problem.of(
            request,
            HttpStatus.FORBIDDEN,
            "foreign-origin",
            "Foreign origin",
            "pages of this origin may not call; server.allowed_origins can allow it")
        .response(HttpResponse.status(HttpStatus.FORBIDDEN));
  }

  /** Whether the page came from here; a proxy in front may speak another scheme. */
  private static boolean isOwn(String origin, HttpRequest<?> request) {
    String host = request.getHeaders().get(HttpHeaders.HOST);
    return origin.equals("http://" + host) || origin.equals("https://" + host);
  }
}
