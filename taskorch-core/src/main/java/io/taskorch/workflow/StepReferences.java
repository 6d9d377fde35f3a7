package io.taskorch.workflow;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.taskorch.task.Json;
import io.taskorch.task.Violations;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** What a step refers to, of its run and of its element. */
public final class StepReferences {

  private StepReferences() {}

  /**
   * Checks everything of a step that may refer to something.
   *
   * @param pointer the step's own
   */
  static void check(
      Step step,
      Set<String> steps,
      Predicate<String> isUpstream,
      String pointer,
      Violations wrong) {
    String payloadPointer = pointer + (step.kind() == Kind.WORKFLOW ? "/input" : "/payload");
    PayloadReferences payload =
        PayloadReferences.read(step.task().payload(), steps, isUpstream, payloadPointer, wrong);
    if (payload.refersToElement() && step.forEach() == null) {
      wrong.add(payloadPointer, "invalid-reference", "refers to an element, without for_each");
    }
    String when = step.when();
    if (when != null && !wrong.isFull()) {
      String whenPointer = pointer + "/when";
      Condition.read(when, whenPointer, wrong)
          .ifPresent(condition -> checkCondition(condition, steps, isUpstream, whenPointer, wrong));
    }
    String list = step.forEach();
    if (list != null) {
      String listPointer = pointer + "/for_each";
      PayloadReferences reference =
          PayloadReferences.read(document(list), steps, isUpstream, listPointer, wrong);
      if (!reference.isOneReference() || reference.refersToElement()) {
        wrong.add(
            listPointer, "invalid-reference", "is not one ${input.…} or ${steps.NAME.result.…}");
      }
    }
  }

  private static void checkCondition(
      Condition condition,
      Set<String> steps,
      Predicate<String> isUpstream,
      String pointer,
      Violations wrong) {
    for (String name : condition.steps()) {
      if (!steps.contains(name)) {
        wrong.add(pointer, "unknown-step", "refers to a step that does not exist");
      } else if (!isUpstream.test(name)) {
        wrong.add(pointer, "not-upstream", "refers to a step that is not upstream of this one");
      }
    }
  }

  /**
   * Names of the steps without whose results or states it cannot be decided what becomes of one.
   */
  public static Set<String> neededToDecide(Step step, Set<String> steps) {
    Set<String> needed = new HashSet<>();
    if (step.forEach() != null) {
      needed.addAll(ofList(step.forEach(), steps).steps());
    }
    if (step.when() != null) {
      Violations wrong = new Violations();
      Condition.read(step.when(), "/when", wrong).ifPresent(c -> needed.addAll(c.steps()));
      wrong.throwIfAny();
    }
    return needed;
  }

  /** What the list of a step with {@code for_each} refers to. */
  public static PayloadReferences ofList(String forEach, Set<String> steps) {
    return PayloadReferences.of(document(forEach), steps);
  }

  /** A string as a document, which references are looked for in. */
  private static Json document(String text) {
    return Json.of('"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"');
  }
}
