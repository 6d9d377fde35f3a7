package io.taskorch.shell;

/** A command ended otherwise than with exit code 0. */
final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** So that the end of the output fits a task's error with the words before it. */
  private static final int LONGEST_EXCERPT = 1_800;

  private final String whole;

  /**
   * @param how it ended, in words
   */
  CommandFailedException(String how, String stdoutTail, String stderrTail) {
    super(message(how, stderrTail.isBlank() ? stdoutTail : stderrTail), null, false, false);
    this.whole = how + "\n--- stderr ---\n" + stderrTail + "\n--- stdout ---\n" + stdoutTail;
  }

  private static String message(String how, String tail) {
    String last = Tail.of(tail.strip(), LONGEST_EXCERPT);
    return last.isEmpty() ? how : how + ": " + last;
  }

  /** Where others have their calls: those of this handler tell nobody anything. */
  @Override
  public String toString() {
    return whole;
  }
}
