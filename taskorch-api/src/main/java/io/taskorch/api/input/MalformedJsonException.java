package io.taskorch.api.input;

/** A body that is not one JSON value. */
final class MalformedJsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param detail the rest of a sentence that begins with the body; never contains it
   */
  MalformedJsonException(String detail) {
    super(detail);
  }

  MalformedJsonException(String detail, Throwable cause) {
    super(detail, cause);
  }
}
