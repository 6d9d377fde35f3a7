package io.taskorch.task;

import org.jspecify.annotations.Nullable;

/**
 * How far a running task says it is.
 *
 * @param percent 0 to 100
 * @param message at most {@link #LONGEST_MESSAGE} characters
 */
public record Progress(int percent, @Nullable String message) {

  public static final int LONGEST_MESSAGE = 500;

  public Progress {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException("percent is " + percent + ", not 0 to 100");
    }
    if (message != null && message.length() > LONGEST_MESSAGE) {
      throw new IllegalArgumentException("message is longer than 500 characters");
    }
  }
}
