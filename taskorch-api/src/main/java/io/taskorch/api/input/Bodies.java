package io.taskorch.api.input;

import io.taskorch.task.Json;
import org.jspecify.annotations.Nullable;

/** How large bodies may be, and those without a shape of their own. */
public final class Bodies {

  public static final int MOST = 1024 * 1024;

  /** Of batches and workflows. */
  public static final int MOST_OF_MANY = 16 * 1024 * 1024;

  private Bodies() {}

  /** Refuses a body of a call that takes none: what it says would be ignored. */
  public static void requireNone(byte @Nullable [] body) {
    Fields.ofOptional(body, None.class, MOST).refusals().throwIfAny();
  }

  /**
   * A body that may be any JSON.
   *
   * @return {@code null} of JSON when there is none
   * @throws InvalidRequestException when it is not one JSON value
   */
  public static Json any(byte @Nullable [] body) {
    if (body == null || body.length == 0) {
      return Json.NULL;
    }
    try {
      return JsonValue.parse(body).raw();
    } catch (MalformedJsonException e) {
      throw InvalidRequestException.malformed("malformed-json", String.valueOf(e.getMessage()));
    }
  }

  private record None() {}
}
