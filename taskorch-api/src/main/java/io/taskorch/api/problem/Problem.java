package io.taskorch.api.problem;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.task.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a call (RFC 9457). It tells neither the payload nor a stack trace.
 *
 * @param type a URN that ends in a word for programs, such as {@code lease-lost}
 * @param title the same for every problem of the type
 * @param detail what it was this time
 * @param instance the path that was called
 * @param errors what is wrong with the input
 * @param id what an idempotency key stands for
 */
@Schema(name = "Problem", description = "What went wrong with a call (RFC 9457)")
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String instance,
    @Nullable List<Violation> errors,
    @Nullable String id) {

  private static final String TYPES = "urn:taskorch:problem:";

  /** A problem of a type of ours. */
  public static Problem of(
      HttpRequest<?> request, HttpStatus status, String code, String title, String detail) {
    return new Problem(
        TYPES + code, title, status.getCode(), detail, request.getPath(), null, null);
  }

  /** A problem that its status says all about. */
  static Problem of(HttpRequest<?> request, HttpStatus status, String detail) {
    return new Problem(
        "about:blank", status.getReason(), status.getCode(), detail, request.getPath(), null, null);
  }

  Problem withErrors(List<Violation> violations) {
    return new Problem(type, title, status, detail, instance, violations, id);
  }

  Problem withId(String what) {
    return new Problem(type, title, status, detail, instance, errors, what);
  }

  /** The answer that tells it. */
  public <B> MutableHttpResponse<B> response(MutableHttpResponse<?> response) {
    @SuppressWarnings("unchecked") // the body is what an error's answer has in place of its own
    MutableHttpResponse<B> answer = (MutableHttpResponse<B>) response.body(this);
    return answer.contentType(MediaType.APPLICATION_JSON_PROBLEM);
  }
}
