package io.taskorch.workflow;

/**
 * References as payloads have them, each a text: {@code Ref.result("build", "file")} is {@code
 * ${steps.build.result.file}}. Alone in a string it becomes the value with its type; within a
 * longer one it becomes text.
 */
public final class Ref {

  private Ref() {}

  /**
   * To the run's input.
   *
   * @param path names of fields and numbers of elements; none for the whole
   */
  public static String input(String... path) {
    return to("input", path);
  }

  /**
   * To the result of a step upstream.
   *
   * @param path names of fields and numbers of elements; none for the whole
   */
  public static String result(String step, String... path) {
    return to("steps." + step + ".result", path);
  }

  /**
   * To the element of a list that the step is done for.
   *
   * @param path names of fields and numbers of elements; none for the whole
   */
  public static String item(String... path) {
    return to("item", path);
  }

  /** To the place of that element in its list, from 0. */
  public static String index() {
    return to("index");
  }

  private static String to(String root, String... path) {
    return "${" + (path.length == 0 ? root : root + "." + String.join(".", path)) + "}";
  }
}
