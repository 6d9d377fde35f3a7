package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.task.Durations;
import io.taskorch.task.UniqueKey;
import io.taskorch.task.UniqueKey.OnConflict;
import io.taskorch.task.UniqueKey.Until;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A unique key as it is sent and read back; what is not sent has its default. */
@Schema(name = "Unique")
public record UniqueBody(
    @Schema(description = "one task at a time holds it, 1 to 256 characters") String key,
    @Schema(
            description = "how long it is held",
            allowableValues = {"start", "finish", "ttl"})
        @Nullable String until,
    @Schema(description = "for how long, with until: ttl", example = "10m") @Nullable String ttl,
    @Schema(
            description = "what becomes of another task meanwhile",
            allowableValues = {"reject", "return", "replace", "queue_one"})
        @Nullable String onConflict,
    @Schema(description = "how long replace may put a task off in all", example = "1h")
        @Nullable String maxWait) {

  static UniqueBody of(UniqueKey unique) {
    return new UniqueBody(
        unique.key(),
        word(unique.until()),
        unique.ttl() == null ? null : Durations.format(unique.ttl()),
        word(unique.onConflict()),
        unique.maxWait() == null ? null : Durations.format(unique.maxWait()));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Null when it was refused, which is noted then. */
  static @Nullable UniqueKey read(Fields in) {
    String key = in.requiredText("key");
    Until until = Objects.requireNonNullElse(in.choice("until", Until.class), Until.FINISH);
    OnConflict onConflict =
        Objects.requireNonNullElse(in.choice("on_conflict", OnConflict.class), OnConflict.REJECT);
    var ttl = in.duration("ttl");
    var maxWait = in.duration("max_wait");
    return in.build(() -> new UniqueKey(key, until, ttl, onConflict, maxWait));
  }
}
