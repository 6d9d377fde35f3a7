package io.taskorch.api.input;

import io.taskorch.task.TaskorchException;
import io.taskorch.task.Violation;
import java.util.List;

/** A request that is refused for what it says; nothing was stored. */
public final class InvalidRequestException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient List<Violation> violations;

  /**
   * @param status 400, 413 or 422
   */
  InvalidRequestException(int status, List<Violation> violations) {
    super("the request has " + violations.size() + " error(s)");
    this.status = status;
    this.violations = List.copyOf(violations);
  }

  /** The request as a whole cannot be read. */
  static InvalidRequestException malformed(String code, String detail) {
    return new InvalidRequestException(400, List.of(new Violation("", code, detail)));
  }

  public int status() {
    return status;
  }

  /** At least one. */
  public List<Violation> violations() {
    return violations;
  }
}
