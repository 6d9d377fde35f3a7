package io.taskorch.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.store.WorkerRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Which workers there are; in the first partition, since they belong to all. */
final class RedisWorkerRegistry implements WorkerRegistry {

  private static final int HOME = 0;

  private final RedisCalls calls;

  RedisWorkerRegistry(RedisCalls calls) {
    this.calls = calls;
  }

  @Override
  public boolean beat(WorkerInfo worker, Duration liveFor) {
    return calls
        .word(
            HOME,
            "worker/beat",
            Args.of()
                .add(worker.id())
                .add(describe(worker))
                .add(liveFor.toMillis())
                .add(FORGET_AFTER.toMillis()))
        .equals("1");
  }

  private static byte[] describe(WorkerInfo worker) {
    ObjectNode node =
        SpecCodec.object()
            .put("host", worker.host())
            .put("version", worker.version())
            .put("pool", worker.pool())
            .put("slots", worker.slots())
            .put("busy", worker.busy())
            .put("draining", worker.draining());
    worker.queues().forEach(node.putArray("queues")::add);
    worker.types().forEach(node.putArray("types")::add);
    worker.labels().forEach(node.putArray("labels")::add);
    return SpecCodec.bytes(node);
  }

  @Override
  public void leave(String workerId) {
    calls.word(HOME, "worker/leave", Args.of().add(workerId));
  }

  @Override
  public boolean drain(String workerId) {
    return calls.word(HOME, "worker/drain", Args.of().add(workerId)).equals("ok");
  }

  @Override
  public List<RegisteredWorker> list() {
    List<RegisteredWorker> workers = new ArrayList<>();
    for (Object element : calls.list(HOME, "worker/list", Args.of().add(FORGET_AFTER.toMillis()))) {
      List<?> row = (List<?>) element;
      byte[] description = Replies.bytes(row.get(1));
      JsonNode node = SpecCodec.tree(description, 0, description.length);
      boolean askedToDrain = Replies.flag(row.get(4));
      WorkerInfo info =
          new WorkerInfo(
              Replies.text(row.get(0)),
              node.path("host").asText(),
              node.path("version").asText(),
              node.path("pool").asText(),
              SpecCodec.list(node.path("queues")),
              SpecCodec.list(node.path("types")),
              SpecCodec.list(node.path("labels")),
              node.path("slots").asInt(),
              node.path("busy").asInt(),
              node.path("draining").asBoolean() || askedToDrain);
      workers.add(
          new RegisteredWorker(
              info,
              Instant.ofEpochMilli(Replies.number(row.get(2))),
              state(Replies.flag(row.get(3)), info.draining())));
    }
    return workers;
  }

  private static WorkerState state(boolean live, boolean draining) {
    if (!live) {
      return WorkerState.LOST;
    }
    return draining ? WorkerState.DRAINING : WorkerState.ACTIVE;
  }
}
