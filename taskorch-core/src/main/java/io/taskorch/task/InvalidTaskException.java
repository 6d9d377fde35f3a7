package io.taskorch.task;

import java.util.List;
import java.util.stream.Collectors;

/** The input cannot be: every field that is wrong is named. Nothing was stored. */
public class InvalidTaskException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final transient List<Violation> violations;

  public InvalidTaskException(List<Violation> violations) {
    super(
        violations.stream()
            .map(v -> v.pointer() + " " + v.detail())
            .collect(Collectors.joining("; ")));
    this.violations = List.copyOf(violations);
  }

  public List<Violation> violations() {
    return violations;
  }
}
