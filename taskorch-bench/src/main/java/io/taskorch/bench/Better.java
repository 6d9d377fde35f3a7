package io.taskorch.bench;

/** Which way a figure improves. */
enum Better {
  HIGHER,
  LOWER;

  /** Whether a value is at least as good as a limit. */
  boolean reaches(double limit, double value) {
    return switch (this) {
      case HIGHER -> value >= limit;
      case LOWER -> value <= limit;
    };
  }
}
