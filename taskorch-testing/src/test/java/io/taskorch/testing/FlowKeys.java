package io.taskorch.testing;

import java.util.List;

/** The keys that stand for tasks with a group, a limit, a sequence or a unique key. */
public final class FlowKeys {

  private FlowKeys() {}

  /**
   * Those that are there; none when nothing waits and nothing runs.
   *
   * @param partition prefix of its keys
   */
  public static List<String> in(TestNamespace namespace, String partition) {
    return namespace.raw().keys(partition).stream()
        .map(key -> key.substring(key.indexOf("}:") + 2))
        .filter(
            key ->
                key.matches(
                    ".*:(ring|line|lines|apart|limited|waiting).*|(held|parked|turn|unique).*"
                        + "|parking"))
        .toList();
  }
}
