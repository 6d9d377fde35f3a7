package io.taskorch.redis;

import io.taskorch.task.TaskState;
import java.util.List;

/**
 * The keys of a namespace, for the parts of the code that name one; {@code lib/keys.lua} and {@code
 * lib/run.lua} hold the rest, {@code docs/redis-keys.md} lists all of them with their types.
 *
 * <p>Every key begins with its partition's prefix, whose braces make it the hash tag of a cluster:
 * all keys of a partition live in one slot.
 */
final class Keys {

  private final String namespace;

  Keys(String namespace) {
    this.namespace = namespace;
  }

  /** The beginning of every key of a partition, such as <code>{taskorch:0}:</code>. */
  String prefix(int partition) {
    return "{" + namespace + ":" + partition + "}:";
  }

  /** Where workers hear of work, and of tasks to cancel. */
  String workChannel(int partition) {
    return prefix(partition) + "work";
  }

  /** Where those who wait hear of ends. */
  String endedChannel(int partition) {
    return prefix(partition) + "ended";
  }

  /** What is true of the namespace as a whole: a hash in the first partition. */
  String namespaceFacts() {
    return prefix(0) + "namespace";
  }

  /** An index of a queue, less the prefix. */
  static String index(String queue, TaskState state) {
    return "q:"
        + queue
        + switch (state) {
          case SCHEDULED -> ":scheduled";
          case PENDING -> ":ready";
          case RUNNING -> ":running";
          case RETRYING -> ":retrying";
          case SUCCEEDED -> ":succeeded";
          case FAILED -> ":failed";
          case CANCELLED -> ":cancelled";
          case SKIPPED -> ":skipped";
          case BLOCKED ->
              throw new IllegalArgumentException("blocked steps stand in their run only");
        };
  }

  /** The index of a queue's ready tasks that stand in lines or wait for their turns. */
  static String apart(String queue) {
    return "q:" + queue + ":apart";
  }

  /** The running tasks of a group of a queue by their start, less the prefix. */
  static String running(String queue, String group) {
    return "held:g:" + queue + ":" + group;
  }

  /** The indexes of ready tasks in a lane of a queue, less the prefix. */
  static List<String> lane(String queue, String lane) {
    String base = "q:" + queue + ":lane:" + lane;
    return List.of(base + ":ready", base + ":apart");
  }
}
