package io.taskorch.api.schedule;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.client.ScheduleClient.Preview;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** The instants of a schedule to come. */
@Schema(name = "NextFirings")
record PreviewView(String timeZone, List<Row> next) {

  /** One of them. */
  @Schema(name = "NextFiring")
  record Row(
      Instant instant,
      @Schema(description = "the same by the schedule's zone", format = "date-time") String local,
      @Schema(description = "with jitter") Instant firesAt) {

    static Row of(Preview preview) {
      return new Row(
          preview.instant(),
          DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(preview.local()),
          preview.firesAt());
    }
  }
}
