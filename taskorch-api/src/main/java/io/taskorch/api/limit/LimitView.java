package io.taskorch.api.limit;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.limit.Limits;
import io.taskorch.store.LimitStore.LimitPage;
import io.taskorch.store.LimitStore.LimitedKey;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The limits of a key, and what is taken of them. */
@Schema(name = "Limits")
record LimitView(
    @Schema(description = "what tasks give as their limit") String key,
    @Nullable RateBody rate,
    @Nullable Integer concurrency,
    @Schema(allowableValues = {"wait", "cancel_oldest", "drop_new"}) String onLimit,
    @Schema(description = "tasks that run") long running,
    @Schema(description = "how many are left of the rate") @Nullable Long tokens) {

  static LimitView of(LimitedKey limited) {
    Limits limits = limited.limits();
    return new LimitView(
        limited.key(),
        RateBody.of(limits.rate()),
        limits.concurrency(),
        word(limits),
        limited.use().running(),
        limited.use().tokens());
  }

  static String word(Limits limits) {
    return limits.onLimit().name().toLowerCase(Locale.ROOT);
  }

  /**
   * One page, by name.
   *
   * @param nextCursor null at the end of the list
   */
  @Schema(name = "LimitsPage")
  record Page(
      List<LimitView> limits,
      @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextCursor) {

    static Page of(LimitPage page) {
      return new Page(
          page.keys().stream().map(LimitView::of).toList(), page.nextCursor().orElse(null));
    }
  }
}
