package io.taskorch.redis;

import io.taskorch.store.RunStore.StepInput;
import io.taskorch.task.Json;
import io.taskorch.task.TaskId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what the payloads of steps may refer to. */
final class RunInputs {

  private RunInputs() {}

  /**
   * @param upstream task ids by step name
   */
  static StepInput read(RedisCalls calls, String runId, Map<String, String> upstream) {
    List<String> names = List.copyOf(upstream.keySet());
    List<String> ids = names.stream().map(upstream::get).map(String::valueOf).toList();
    List<Object> reply =
        calls.list(TaskId.partitionOf(runId), "run/input", Args.of().add(runId).addAll(ids));
    Map<String, Json> results = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      byte[] result = Replies.bytes(reply.get(i + 1));
      results.put(names.get(i), result.length == 0 ? Json.NULL : Json.ofUtf8(result));
    }
    return new StepInput(Json.ofUtf8(Replies.bytes(reply.get(0))), results);
  }
}
