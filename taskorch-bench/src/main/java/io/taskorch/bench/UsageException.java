package io.taskorch.bench;

/** The arguments cannot be; the message is one line for the one who wrote them. */
final class UsageException extends Exception {

  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
