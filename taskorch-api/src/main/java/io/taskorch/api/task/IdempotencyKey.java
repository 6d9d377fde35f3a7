package io.taskorch.api.task;

import io.taskorch.api.input.Fields;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The key that may stand in the header or in the body. */
public final class IdempotencyKey {

  public static final String HEADER = "Idempotency-Key";

  private IdempotencyKey() {}

  /** The one key of both; refused when they differ. */
  public static @Nullable String of(@Nullable String header, Fields in) {
    String field = in.text("idempotency_key");
    if (header != null && field != null && !Objects.equals(header, field)) {
      in.malformed(
          "idempotency_key", "conflict", "is not the key that stands in the header " + HEADER);
    }
    return field == null ? header : field;
  }
}
