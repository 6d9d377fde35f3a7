package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.task.Sequence;
import io.taskorch.task.Sequence.OnRetry;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A sequence as it is sent and read back, where its key alone does not say all. */
@Schema(name = "Sequence")
public record SequenceBody(
    @Schema(description = "its tasks run one after the other, 1 to 256 characters") String key,
    @Schema(
            description =
                "whether those behind wait for a task that waits for its next attempt; `wait`"
                    + " unless given",
            allowableValues = {"wait", "step_over"})
        @Nullable String onRetry) {

  /** A key alone where that says all. */
  static Object of(Sequence sequence) {
    return sequence.onRetry() == OnRetry.WAIT
        ? sequence.key()
        : new SequenceBody(sequence.key(), sequence.onRetry().name().toLowerCase(Locale.ROOT));
  }

  /** Null when it is absent, or was refused, which is noted then. */
  static @Nullable Sequence read(Fields in, String name) {
    if (in.isText(name)) {
      String key = in.text(name);
      if (key != null && (key.isEmpty() || key.length() > Sequence.LONGEST_KEY)) {
        in.impossible(name, "out-of-range", "is not 1 to 256 characters long");
        key = null;
      }
      return key == null ? null : Sequence.of(key);
    }
    Fields sequence = in.object(name, SequenceBody.class);
    if (sequence == null) {
      return null;
    }
    String key = sequence.requiredText("key");
    OnRetry onRetry =
        Objects.requireNonNullElse(sequence.choice("on_retry", OnRetry.class), OnRetry.WAIT);
    return sequence.build(() -> new Sequence(key, onRetry));
  }
}
