package io.taskorch.redis;

import io.taskorch.store.Partitions;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskQuery;
import io.taskorch.task.Attempt;
import io.taskorch.task.Json;
import io.taskorch.task.Progress;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The reads of tasks. */
final class RedisTaskQuery implements TaskQuery {

  private final RedisCalls calls;
  private final Partitions partitions;
  private final TaskLister lister;

  RedisTaskQuery(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
    this.lister = new TaskLister(calls, partitions);
  }

  @Override
  public Optional<Task> find(String id) {
    if (!partitions.holds(id)) {
      return Optional.empty();
    }
    List<Object> reply = calls.list(TaskId.partitionOf(id), "task/read", Args.of().add(id));
    if (reply.isEmpty()) {
      return Optional.empty();
    }
    List<Attempt> attempts = new ArrayList<>(reply.size() - 3);
    for (Object entry : reply.subList(3, reply.size())) {
      attempts.add(TaskRecord.decodeAttempt(Replies.bytes(entry)));
    }
    byte[] result = Replies.bytes(reply.get(1));
    return Optional.of(
        TaskRecord.decode(
            id,
            Replies.bytes(reply.get(0)),
            attempts,
            progress(Replies.bytes(reply.get(2))),
            result.length == 0 ? null : Json.ofUtf8(result)));
  }

  private static @Nullable Progress progress(byte[] json) {
    if (json.length == 0) {
      return null;
    }
    var node = SpecCodec.tree(json, 0, json.length);
    return new Progress(
        node.path("percent").asInt(), SpecCodec.value(node, "message", m -> m.asText()));
  }

  @Override
  public Map<String, TaskState> states(List<String> ids) {
    Map<String, TaskState> states = new HashMap<>();
    List<String> stored = ids.stream().filter(partitions::holds).toList();
    for (Chunk<String> chunk : Chunk.split(stored, TaskId::partitionOf, id -> 0)) {
      String reply = calls.word(chunk.partition(), "task/states", Args.of().addAll(chunk.items()));
      for (int i = 0; i < chunk.items().size(); i++) {
        if (reply.charAt(i) != '-') {
          states.put(chunk.items().get(i), TaskState.ofCode(reply.charAt(i)));
        }
      }
    }
    return states;
  }

  @Override
  public TaskPage list(TaskFilter filter) {
    return lister.list(filter);
  }

  @Override
  public Optional<Long> position(String id) {
    if (!partitions.holds(id)) {
      return Optional.empty();
    }
    long position = calls.number(TaskId.partitionOf(id), "task/position", Args.of().add(id));
    return position < 0 ? Optional.empty() : Optional.of(position);
  }
}
