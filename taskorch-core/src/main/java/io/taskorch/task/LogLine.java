package io.taskorch.task;

import java.time.Instant;

/**
 * One line that a handler wrote.
 *
 * @param seq grows along the task's log, not without gaps
 * @param stream {@code stdout}, {@code stderr} or {@code log}
 * @param line at most {@link #LONGEST} characters
 */
public record LogLine(long seq, Instant time, String stream, String line) {
  public static final int LONGEST = 4_000;
}
