package io.taskorch.workflow;

import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the braces of {@code ${input.a.b}} or {@code ${steps.NAME.result.a.b}}; in a
 * step that is done for each element of a list also {@code ${item.a.b}} and {@code ${index}}.
 *
 * <p>Names of steps may contain dots, even {@code .result}: the longest name of a step that is
 * followed by {@code .result} is meant.
 *
 * @param text as written
 * @param root what it refers to
 * @param step whose result it refers to; null unless the root is {@link Root#RESULT}
 * @param path names of fields and numbers of elements from there; empty for the whole
 */
record Reference(String text, Root root, @Nullable String step, List<String> path)
    implements Template.Part {

  /** A document that references go into. */
  enum Root {
    INPUT,
    RESULT,
    ITEM,
    INDEX
  }

  /** Long enough for every name of a step, short enough to be repeated in an error. */
  private static final int LONGEST = 512;

  private static final String INPUT = "input";
  private static final String ITEM = "item";
  private static final String INDEX = "index";
  private static final String STEPS = "steps.";
  private static final String RESULT = ".result";

  Reference {
    path = List.copyOf(path);
  }

  /**
   * @param steps the names that may be meant
   * @param complain told the code and the detail of what is wrong
   * @return null when something was
   */
  static @Nullable Reference parse(
      String text, Set<String> steps, BiConsumer<String, String> complain) {
    if (text.length() <= LONGEST && text.chars().noneMatch(Reference::isForbidden)) {
      if (text.startsWith(STEPS)) {
        return ofStep(text, steps, complain);
      }
      Root root = root(text);
      List<String> path = root == null ? null : path(text.substring(wordOf(root).length()));
      if (root != null && path != null && (root != Root.INDEX || path.isEmpty())) {
        return new Reference(text, root, null, path);
      }
    }
    illFormed(complain);
    return null;
  }

  private static @Nullable Root root(String text) {
    if (text.startsWith(INPUT)) {
      return Root.INPUT;
    }
    if (text.startsWith(ITEM)) {
      return Root.ITEM;
    }
    return text.startsWith(INDEX) ? Root.INDEX : null;
  }

  private static String wordOf(Root root) {
    return switch (root) {
      case INPUT -> INPUT;
      case ITEM -> ITEM;
      case INDEX -> INDEX;
      case RESULT -> throw new IllegalArgumentException("begins with the name of a step");
    };
  }

  private static @Nullable Reference ofStep(
      String text, Set<String> steps, BiConsumer<String, String> complain) {
    String rest = text.substring(STEPS.length());
    boolean named = false;
    for (int at = rest.lastIndexOf(RESULT); at > 0; at = rest.lastIndexOf(RESULT, at - 1)) {
      List<String> path = path(rest.substring(at + RESULT.length()));
      if (path != null) {
        String name = rest.substring(0, at);
        if (steps.contains(name)) {
          return new Reference(text, Root.RESULT, name, path);
        }
        named = true;
      }
    }
    if (named) {
      complain.accept("unknown-step", "refers to a step that does not exist");
    } else {
      illFormed(complain);
    }
    return null;
  }

  /** The names in {@code .a.b}; null when it is not a path. */
  private static @Nullable List<String> path(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    if (text.charAt(0) != '.') {
      return null;
    }
    List<String> names = List.of(text.substring(1).split("\\.", -1));
    return names.contains("") ? null : names;
  }

  private static boolean isForbidden(int c) {
    return c == '{' || Character.isISOControl(c);
  }

  /** Whether it means an element of a list that the step is done for. */
  boolean isOfElement() {
    return root == Root.ITEM || root == Root.INDEX;
  }

  static void illFormed(BiConsumer<String, String> complain) {
    complain.accept(
        "invalid-reference",
        "has a reference that is not ${input}, ${input.a.b}, ${steps.NAME.result} or"
            + " ${steps.NAME.result.a.b}, nor ${item}, ${item.a.b} or ${index} in a step with"
            + " for_each; a literal ${ is written $${");
  }

  @Override
  public String toString() {
    return "${" + text + "}";
  }
}
