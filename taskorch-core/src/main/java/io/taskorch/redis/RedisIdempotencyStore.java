package io.taskorch.redis;

import io.taskorch.store.IdempotencyStore;
import io.taskorch.store.Partitions;
import java.util.List;

/** What idempotency keys stand for, each in the partition that the key gives. */
final class RedisIdempotencyStore implements IdempotencyStore {

  private final RedisCalls calls;
  private final Partitions partitions;

  RedisIdempotencyStore(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
  }

  @Override
  public Reservation reserve(String key, String id, String fingerprint) {
    List<Object> reply =
        calls.list(
            partitions.of(key),
            "key/reserve",
            Args.of().add(key).add(id).add(fingerprint).add(KEPT.toMillis()));
    return new Reservation(
        Replies.text(reply.get(0)), Replies.text(reply.get(1)), Replies.flag(reply.get(2)));
  }

  @Override
  public void confirm(String key, String id) {
    calls.word(partitions.of(key), "key/confirm", Args.of().add(key).add(id));
  }
}
