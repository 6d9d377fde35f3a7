package io.taskorch.api.json;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import java.net.URI;

/** The answer to whoever submits something that may have been there before. */
public final class Submitted {

  private Submitted() {}

  /**
   * What was submitted, and where it is.
   *
   * @param created 201, else 200
   */
  public static <T> HttpResponse<T> answer(boolean created, String location, T view) {
    return HttpResponse.<T>status(created ? HttpStatus.CREATED : HttpStatus.OK)
        .headers(headers -> headers.location(URI.create(location)))
        .body(view);
  }
}
