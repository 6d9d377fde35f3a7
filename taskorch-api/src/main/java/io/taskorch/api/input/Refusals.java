package io.taskorch.api.input;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong with a request, and how badly. Of a place that was refused nothing more is
 * told: it is read as absent from then on, and would be called missing as well.
 */
public final class Refusals {

  /** An answer names no more; a body could be made to hold any number of errors. */
  static final int MOST = 100;

  private static final int LONGEST_POINTER = 512;
  private static final String TOO_LARGE = "too-large";

  private final List<Violation> found = new ArrayList<>();
  private final Set<String> refused = new HashSet<>();
  private boolean malformed;
  private boolean tooLarge;

  /** What cannot be read: malformed, unknown, of the wrong type, or missing. */
  void malformed(String pointer, String code, String detail) {
    if (!refused.contains(pointer)) {
      malformed = true;
      add(pointer, code, detail);
    }
  }

  /** What can be read and cannot be. */
  public void impossible(String pointer, String code, String detail) {
    if (!refused.contains(pointer)) {
      add(pointer, code, detail);
    }
  }

  private void add(String pointer, String code, String detail) {
    tooLarge |= code.equals(TOO_LARGE);
    if (found.size() < MOST) {
      String cut =
          pointer.length() <= LONGEST_POINTER
              ? pointer
              : pointer.substring(0, LONGEST_POINTER) + "…";
      found.add(new Violation(cut, code, detail));
      refused.add(pointer);
    }
  }

  void tooLarge(String pointer, String detail) {
    impossible(pointer, TOO_LARGE, detail);
  }

  /** What the core found, below a pointer. */
  void impossible(String prefix, InvalidTaskException e) {
    Set<String> before = Set.copyOf(refused);
    for (Violation violation : e.violations()) {
      String pointer = prefix + violation.pointer();
      if (!before.contains(pointer)) {
        add(pointer, violation.code(), violation.detail());
      }
    }
  }

  List<Violation> found() {
    return found;
  }

  /** Everything found; null when nothing was. */
  public @Nullable InvalidRequestException toException() {
    if (found.isEmpty()) {
      return null;
    }
    return new InvalidRequestException(malformed ? 400 : tooLarge ? 413 : 422, found);
  }

  /**
   * @throws InvalidRequestException when anything was found
   */
  public void throwIfAny() {
    InvalidRequestException refusal = toException();
    if (refusal != null) {
      throw refusal;
    }
  }
}
