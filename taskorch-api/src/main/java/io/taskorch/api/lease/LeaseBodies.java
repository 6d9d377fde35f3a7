package io.taskorch.api.lease;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.task.LogLine;
import io.taskorch.task.Progress;
import io.taskorch.task.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a worker says about an attempt. */
final class LeaseBodies {

  private static final int MOST_LINES = 1_000;
  private static final Set<String> STREAMS = Set.of("stdout", "stderr", "log");

  private LeaseBodies() {}

  @Schema(name = "Heartbeat")
  record Heartbeat(
      @Schema(description = "from now; as long as the claim asked for unless given", example = "5m")
          @Nullable String lease) {

    static Duration read(Fields in, Duration fallback) {
      Duration lease = in.duration("lease", HttpLease.SHORTEST, HttpLease.LONGEST);
      return in.finish(() -> lease == null ? fallback : lease);
    }
  }

  @Schema(name = "NewProgress")
  record ProgressNote(
      @Schema(description = "0 to 100") int percent,
      @Schema(description = "at most 500 characters") @Nullable String message) {

    static Progress read(Fields in) {
      in.require("percent");
      Integer percent = in.integer("percent", 0, 100);
      String message = in.text("message");
      if (message != null && message.length() > Progress.LONGEST_MESSAGE) {
        in.impossible("message", "out-of-range", "is longer than 500 characters");
      }
      return in.finish(() -> new Progress(percent == null ? 0 : percent, message));
    }
  }

  @Schema(name = "NewLogLines")
  record Lines(@Schema(description = "at most 1,000") List<Line> lines) {

    static List<LogLine> read(Fields in, Instant now) {
      List<LogLine> lines = new ArrayList<>();
      for (Fields line : in.requiredObjects("lines", Line.class, MOST_LINES)) {
        lines.add(Line.read(line, now));
      }
      return in.finish(() -> lines);
    }
  }

  @Schema(name = "NewLogLine")
  record Line(
      @Schema(allowableValues = {"stdout", "stderr", "log"}) @Nullable String stream,
      @Schema(description = "cut beyond 4,000 characters") String line,
      @Schema(description = "now unless given", format = "date-time") @Nullable String time) {

    static LogLine read(Fields in, Instant now) {
      String stream = in.text("stream");
      if (stream != null && !STREAMS.contains(stream)) {
        in.impossible("stream", "unknown-value", "is none of stdout, stderr, log");
      }
      String text = in.requiredText("line");
      Instant time = in.instant("time");
      if (time != null && (time.isBefore(Instant.EPOCH) || time.isAfter(now.plusSeconds(86_400)))) {
        in.impossible("time", "out-of-range", "is not between 1970 and tomorrow");
      }
      return new LogLine(
          0,
          Objects.requireNonNullElse(time, now),
          Objects.requireNonNullElse(stream, "log"),
          cut(text));
    }

    private static String cut(String line) {
      if (line.length() <= LogLine.LONGEST) {
        return line;
      }
      boolean splits = Character.isHighSurrogate(line.charAt(LogLine.LONGEST - 1));
      return line.substring(0, splits ? LogLine.LONGEST - 1 : LogLine.LONGEST);
    }
  }

  @Schema(name = "Completion")
  record Completion(@Schema(description = "any JSON") @Nullable Object result) {}

  @Schema(name = "Failure")
  record Failure(
      ErrorBody error,
      @Schema(description = "true unless given; false fails the task at once")
          @Nullable Boolean retryable) {}

  @Schema(name = "NewError")
  record ErrorBody(
      @Schema(description = "what the worker calls it") @Nullable String type,
      String message,
      @Nullable String stack) {

    static @Nullable TaskError read(Fields in) {
      Fields error = in.requiredObject("error", ErrorBody.class);
      return error == null
          ? null
          : new TaskError(
              "exception", error.text("type"), error.requiredText("message"), error.text("stack"));
    }
  }

  @Schema(name = "Release")
  record Release(
      @Schema(description = "puts the task off; without it it is ready again at once")
          @Nullable String delay) {}
}
