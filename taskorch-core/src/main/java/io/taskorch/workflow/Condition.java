package io.taskorch.workflow;

import io.taskorch.task.Json;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskState;
import io.taskorch.task.Violations;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When a step runs: an expression of the Common Expression Language over {@code input}, the run's
 * input, and {@code steps}, its upstream steps by name, such as {@code steps.test.result.failed ==
 * 0} or {@code steps["unit-test"].state == "FAILED" && input.amount > 10.5}.
 *
 * <p>It needs {@code dev.cel:cel} on the class path, which the core does not bring. It has no side
 * effects, always ends, and with the same values always gives the same. Safe for use by several
 * threads.
 */
public final class Condition {

  /** How many characters an expression may have. */
  public static final int LONGEST = 4_096;

  private static final String LIBRARY = "dev.cel:cel";

  private final String text;
  private final CelExpression expression;

  /**
   * An upstream step, as a condition sees it: {@code {"state": "FAILED", "result": null, "error":
   * {"kind": "exception", "type": null, "message": "…"}}}.
   *
   * @param result {@link Json#NULL} unless it has one
   * @param error null unless it failed
   */
  public record Upstream(TaskState state, Json result, @Nullable TaskError error) {}

  private Condition(String text, CelExpression expression) {
    this.text = text;
    this.expression = expression;
  }

  /**
   * Reads a condition.
   *
   * @param pointer the condition's own
   * @param wrong told what is wrong: {@code too-long}, {@code too-deep}, {@code too-complex},
   *     {@code invalid-expression}, {@code invalid-reference}, or {@code unsupported} when the
   *     library is missing
   * @return empty when something was
   */
  public static Optional<Condition> read(String text, String pointer, Violations wrong) {
    if (!libraryIsThere()) {
      wrong.add(pointer, "unsupported", "needs " + LIBRARY + " on the class path");
      return Optional.empty();
    }
    if (text.length() > LONGEST) {
      wrong.add(pointer, "too-long", "has more than " + LONGEST + " characters");
      return Optional.empty();
    }
    return CelExpression.compile(text, (code, detail) -> wrong.add(pointer, code, detail))
        .map(expression -> new Condition(text, expression));
  }

  private static boolean libraryIsThere() {
    try {
      Class<?> unused =
          Class.forName("dev.cel.runtime.CelRuntime", false, Condition.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Whether the run's input is needed. */
  public boolean refersToInput() {
    return expression.refersToInput();
  }

  /** Names of the steps that it refers to; no other step can make a difference to it. */
  public Set<String> steps() {
    return expression.steps();
  }

  /**
   * Whether the step runs.
   *
   * @param input any document when it is not needed
   * @param steps by name, at least those of {@link #steps()}; all have ended
   * @throws ConditionFailedException it does not come out true or false, or would take too long
   */
  public boolean test(Json input, Map<String, Upstream> steps) {
    return expression.test(input, steps);
  }

  /** The expression as written. */
  @Override
  public String toString() {
    return text;
  }
}
