package io.taskorch.bench;

import io.taskorch.task.TaskId;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What this Redis can do at the most for anything of this kind: bare scripts without states, order
 * across priorities, fencing, retries, events or retention. Batches of 100, several under way on
 * one connection.
 */
final class RawCeiling {

  private static final int BATCH = 100;
  private static final int UNDER_WAY = 4;
  private static final byte[] RESULT = Pipeline.bytes("{\"ok\":true}");
  private static final byte[] EXPIRY = Pipeline.bytes("1795181529523");

  private final URI redis;
  private final byte[] prefix;

  RawCeiling(URI redis, String namespace) {
    this.redis = redis;
    this.prefix = Pipeline.bytes("{" + namespace + "}:");
  }

  /** Tasks stored a second. */
  double enqueue(int tasks, byte[] payload) {
    try (Pipeline pipeline = new Pipeline(redis)) {
      byte[] script = Pipeline.bytes(pipeline.load("enqueue"));
      return Rate.of(
          tasks,
          () -> {
            int underWay = 0;
            for (int sent = 0; sent < tasks; sent += BATCH) {
              pipeline.send(enqueueCall(script, payload, BATCH));
              if (++underWay == UNDER_WAY) {
                pipeline.receive();
                underWay--;
              }
            }
            for (; underWay > 0; underWay--) {
              pipeline.receive();
            }
          });
    }
  }

  private byte[][] enqueueCall(byte[] script, byte[] payload, int count) {
    byte[][] words = new byte[4 + 2 * count][];
    words[0] = Pipeline.bytes("EVALSHA");
    words[1] = script;
    words[2] = Pipeline.bytes("1");
    words[3] = prefix;
    for (int i = 0; i < count; i++) {
      words[4 + 2 * i] = Pipeline.bytes(TaskId.next(Instant.now(), 0));
      words[5 + 2 * i] = payload;
    }
    return words;
  }

  /** Stored tasks claimed and finished a second, until none is left. */
  double drain(int tasks) {
    try (Pipeline pipeline = new Pipeline(redis)) {
      byte[] claim = Pipeline.bytes(pipeline.load("claim"));
      byte[] finish = Pipeline.bytes(pipeline.load("finish"));
      return Rate.of(tasks, () -> drain(pipeline, claim, finish, tasks));
    }
  }

  /** Answers come in the order of the calls, so a queue of what was asked tells them apart. */
  private void drain(Pipeline pipeline, byte[] claim, byte[] finish, int tasks) {
    Queue<Boolean> claims = new ArrayDeque<>();
    int claimed = 0;
    int finished = 0;
    while (finished < tasks) {
      while (claimed < tasks && claims.size() < UNDER_WAY) {
        pipeline.send(
            Pipeline.bytes("EVALSHA"),
            claim,
            Pipeline.bytes("1"),
            prefix,
            Pipeline.bytes(Integer.toString(BATCH)),
            EXPIRY);
        claims.add(true);
        claimed += BATCH;
      }
      Object answer = Pipeline.require(pipeline.receive());
      if (claims.remove()) {
        List<?> ids = (List<?>) Pipeline.require(((List<?>) answer).get(0));
        pipeline.send(finishCall(finish, ids));
        claims.add(false);
      } else {
        finished += ((Long) answer).intValue();
      }
    }
  }

  private byte[][] finishCall(byte[] script, List<?> ids) {
    List<byte[]> words = new ArrayList<>(5 + ids.size());
    words.add(Pipeline.bytes("EVALSHA"));
    words.add(script);
    words.add(Pipeline.bytes("1"));
    words.add(prefix);
    words.add(RESULT);
    ids.forEach(id -> words.add((byte[]) id));
    return words.toArray(byte[][]::new);
  }

  /** Tasks stored a second one by one, each thread with a connection of its own. */
  double enqueueOneByOne(int tasks, byte[] payload, int threads) throws InterruptedException {
    AtomicInteger left = new AtomicInteger(tasks);
    CountDownLatch connected = new CountDownLatch(threads);
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      callers.add(
          Thread.startVirtualThread(
              () -> {
                try (Pipeline connection = new Pipeline(redis)) {
                  byte[] script = Pipeline.bytes(connection.load("enqueue"));
                  connected.countDown();
                  go.await();
                  while (left.getAndDecrement() > 0) {
                    connection.send(enqueueCall(script, payload, 1));
                    connection.receive();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    connected.await();
    long begin = System.nanoTime();
    go.countDown();
    for (Thread caller : callers) {
      caller.join();
    }
    return Rate.since(begin, tasks);
  }

  /** Plain SETs a second in a pipeline, to show that the ceiling itself is not weak. */
  double sets(int count, byte[] payload) {
    try (Pipeline pipeline = new Pipeline(redis)) {
      return Rate.of(
          count,
          () -> {
            byte[] set = Pipeline.bytes("SET");
            for (int sent = 0; sent < count; sent += BATCH) {
              for (int i = 0; i < BATCH; i++) {
                pipeline.send(set, Pipeline.bytes("{set}:" + (sent + i)), payload);
              }
              for (int i = 0; i < BATCH; i++) {
                pipeline.receive();
              }
            }
          });
    }
  }
}
