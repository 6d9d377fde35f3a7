package io.taskorch.api.schedule;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A window of the past to be made up for. */
@Schema(name = "NewBackfill")
record BackfillBody(
    @Schema(format = "date-time") String from,
    @Schema(description = "not part of the window", format = "date-time") String to,
    @Schema(
            allowableValues = {"allow", "skip", "cancel_running"},
            description = "in place of the schedule's own; allow unless given")
        @Nullable String overlap) {

  /**
   * What it did.
   *
   * @param skipped instants that made no task, by the rule for overlaps
   */
  @Schema(name = "Backfill")
  record Done(List<String> taskIds, int skipped) {}
}
