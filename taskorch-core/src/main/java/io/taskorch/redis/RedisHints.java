package io.taskorch.redis;

import io.taskorch.store.Hints;
import io.taskorch.store.Partitions;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.redisson.api.RShardedTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hints by sharded publish and subscribe, two channels a partition. */
final class RedisHints implements Hints {

  private static final Logger log = LoggerFactory.getLogger(RedisHints.class);
  private static final String READY = "ready ";
  private static final String CANCEL = "cancel ";
  private static final String UNDECIDED = "undecided";

  private final RedisCalls calls;
  private final RedissonClient redisson;
  private final Partitions partitions;

  RedisHints(RedisCalls calls, RedissonClient redisson, Partitions partitions) {
    this.calls = calls;
    this.redisson = redisson;
    this.partitions = partitions;
  }

  @Override
  public Subscription onWork(WorkListener listener) {
    List<Subscription> subscriptions = new ArrayList<>();
    for (int i = 0; i < partitions.count(); i++) {
      int partition = i;
      subscriptions.add(
          subscribe(
              calls.keys().workChannel(partition),
              message -> {
                if (message.startsWith(READY)) {
                  listener.ready(partition, message.substring(READY.length()));
                } else if (message.startsWith(CANCEL)) {
                  listener.cancelRequested(message.substring(CANCEL.length()));
                }
              }));
    }
    return () -> subscriptions.forEach(Subscription::close);
  }

  @Override
  public Subscription onUndecided(Runnable listener) {
    List<Subscription> subscriptions = new ArrayList<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      subscriptions.add(
          subscribe(
              calls.keys().workChannel(partition),
              message -> {
                if (message.equals(UNDECIDED)) {
                  listener.run();
                }
              }));
    }
    return () -> subscriptions.forEach(Subscription::close);
  }

  @Override
  public Subscription onFinal(Consumer<String> listener) {
    List<Subscription> subscriptions = new ArrayList<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      subscriptions.add(subscribe(calls.keys().endedChannel(partition), listener));
    }
    return () -> subscriptions.forEach(Subscription::close);
  }

  private Subscription subscribe(String channel, Consumer<String> listener) {
    RShardedTopic topic = redisson.getShardedTopic(channel, StringCodec.INSTANCE);
    try {
      int id = topic.addListener(String.class, (name, message) -> listener.accept(message));
      return () -> unsubscribe(topic, id);
    } catch (RedisException e) {
      throw new StoreUnavailableException("Redis cannot be reached or refuses for now", e);
    }
  }

  private static void unsubscribe(RShardedTopic topic, int id) {
    try {
      topic.removeListener(id);
    } catch (RedisException e) {
      // A Redis that cannot be reached tells nobody anything.
      log.debug("not unsubscribed", e);
    }
  }

  @Override
  public void await(List<String> ids, Duration time) {
    for (Chunk<String> chunk : Chunk.split(ids, TaskId::partitionOf, id -> 0)) {
      calls.word(
          chunk.partition(), "task/await", Args.of().add(time.toMillis()).addAll(chunk.items()));
    }
  }
}
