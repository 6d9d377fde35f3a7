package io.taskorch.workflow;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A string of a payload, taken apart.
 *
 * <p>Of the dollars before a brace every two stand for one, and one that is left over begins a
 * reference: {@code $${a}} is the text <code>${a}</code>, and {@code $$${input}} a dollar and the
 * input.
 */
record Template(List<Part> parts) {

  /** Text that stays, or a reference. */
  sealed interface Part permits Text, Reference {}

  /**
   * @param quoted UTF-8, with the escapes that it needs inside a JSON string
   */
  record Text(byte[] quoted) implements Part {}

  Template {
    parts = List.copyOf(parts);
  }

  /** Whether anything in the string is more than plain text. */
  static boolean isIn(String text) {
    return text.contains("${");
  }

  /**
   * @param steps the names that a reference may mean
   * @param complain told the code and the detail of everything that is wrong
   */
  static Template parse(String text, Set<String> steps, BiConsumer<String, String> complain) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int from = 0;
    for (int open = text.indexOf("${"); open >= 0; open = text.indexOf("${", from)) {
      int firstDollar = open;
      while (firstDollar > from && text.charAt(firstDollar - 1) == '$') {
        firstDollar--;
      }
      int dollars = open - firstDollar + 1;
      literal.append(text, from, firstDollar).repeat('$', dollars / 2);
      if (dollars % 2 == 0) {
        literal.append('{');
        from = open + 2;
        continue;
      }
      int close = text.indexOf('}', open);
      if (close < 0) {
        Reference.illFormed(complain);
        return new Template(parts);
      }
      Reference reference = Reference.parse(text.substring(open + 2, close), steps, complain);
      if (reference != null) {
        addText(literal, parts, complain);
        parts.add(reference);
      }
      from = close + 1;
    }
    addText(literal.append(text, from, text.length()), parts, complain);
    return new Template(parts);
  }

  private static void addText(
      StringBuilder literal, List<Part> parts, BiConsumer<String, String> complain) {
    if (literal.isEmpty()) {
      return;
    }
    try {
      parts.add(new Text(JsonStringEncoder.getInstance().quoteAsUTF8(literal.toString())));
    } catch (IllegalArgumentException e) {
      complain.accept("invalid-json", "has half of a surrogate pair beside a reference");
    }
    literal.setLength(0);
  }

  Stream<Reference> references() {
    return parts.stream().filter(Reference.class::isInstance).map(Reference.class::cast);
  }

  /** Names of the steps that it refers to. */
  Stream<String> steps() {
    return references().flatMap(reference -> Stream.ofNullable(reference.step()));
  }
}
