package io.taskorch.api.schedule;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.client.ScheduleClient.Backfill;
import io.taskorch.schedule.Target;
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
   * @param skipped instants that made nothing, by the rule for overlaps
   */
  @Schema(name = "Backfill")
  record Done(
      @Schema(description = "where the schedule has a task") @Nullable List<String> taskIds,
      @Schema(description = "where it has a workflow") @Nullable List<String> workflowIds,
      int skipped) {

    static Done of(Backfill done, Target target) {
      return switch (target) {
        case Target.OfTask task -> new Done(done.ids(), null, done.skipped());
        case Target.OfWorkflow workflow -> new Done(null, done.ids(), done.skipped());
      };
    }
  }
}
