package io.taskorch.api.problem;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.Error;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.http.server.exceptions.response.HateoasErrorResponseProcessor;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;

/** What the server itself refuses or fails at. */
@Singleton
@Replaces(HateoasErrorResponseProcessor.class)
final class ErrorAnswers implements ErrorResponseProcessor<Problem> {

  @Override
  public MutableHttpResponse<Problem> processResponse(
      ErrorContext context, MutableHttpResponse<?> response) {
    HttpRequest<?> request = context.getRequest();
    HttpStatus status = response.status();
    String detail =
        switch (status) {
          case NOT_FOUND -> "there is nothing at this path";
          case METHOD_NOT_ALLOWED -> "the path does not know " + request.getMethodName();
          case UNSUPPORTED_MEDIA_TYPE -> "the body is not application/json by its Content-Type";
          case NOT_ACCEPTABLE -> "the answer is application/json, which Accept leaves out";
          case REQUEST_ENTITY_TOO_LARGE -> "the body is too large";
          default ->
              status.getCode() >= 500
                  ? "something went wrong here; the log has the details"
                  : context.getErrors().stream()
                      .map(Error::getMessage)
                      .collect(Collectors.joining("; "));
        };
    return Problem.of(request, status, detail).response(response);
  }
}
