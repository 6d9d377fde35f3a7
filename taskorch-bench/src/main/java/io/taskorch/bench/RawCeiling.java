package io.taskorch.bench;

import io.taskorch.task.TaskId;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * What this Redis can do at the most for anything of this kind: bare scripts without states, order
 * across priorities, fencing, retries, events or retention. Batches of 100, several under way on
 * one connection. Ids and calls are made before the time begins, so that Redis is what is measured.
 */
final class RawCeiling {

  private static final int BATCH = 100;
  static final int UNDER_WAY = 4;
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
      List<byte[][]> calls = new ArrayList<>();
      for (int made = 0; made < tasks; made += BATCH) {
        calls.add(enqueueCall(script, payload, BATCH));
      }
      return Rate.of(
          tasks,
          () -> {
            int underWay = 0;
            for (byte[][] call : calls) {
              pipeline.send(call);
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

  /** Tasks stored a second one by one, on one connection. */
  double enqueueOneByOne(int tasks, byte[] payload) {
    try (Pipeline pipeline = new Pipeline(redis)) {
      List<byte[][]> calls = singleCalls(pipeline, tasks, payload);
      return Rate.of(
          tasks,
          () -> {
            for (byte[][] call : calls) {
              pipeline.send(call);
              pipeline.receive();
            }
          });
    }
  }

  /** Tasks stored a second one by one, on several connections with one call under way on each. */
  double enqueueOneByOne(int tasks, byte[] payload, int connections) {
    List<byte[][]> calls;
    try (Pipeline pipeline = new Pipeline(redis)) {
      calls = singleCalls(pipeline, tasks, payload);
    }
    try (ManyConnections many = new ManyConnections(redis, connections, RawCeiling::isLine)) {
      return many.rate(calls.stream().map(Pipeline::encoded).toList());
    }
  }

  private List<byte[][]> singleCalls(Pipeline pipeline, int tasks, byte[] payload) {
    byte[] script = Pipeline.bytes(pipeline.load("enqueue"));
    List<byte[][]> calls = new ArrayList<>();
    for (int made = 0; made < tasks; made++) {
      calls.add(enqueueCall(script, payload, 1));
    }
    return calls;
  }

  private static boolean isLine(byte[] bytes, int length) throws IOException {
    if (bytes[0] == '-') {
      throw new IOException("Redis says " + new String(bytes, 0, length, StandardCharsets.UTF_8));
    }
    return bytes[length - 1] == '\n';
  }

  /** Plain SETs a second in a pipeline, to show that the ceiling itself is not weak. */
  double sets(int count, byte[] payload) {
    try (Pipeline pipeline = new Pipeline(redis)) {
      byte[] set = Pipeline.bytes("SET");
      List<byte[]> keys = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        keys.add(Pipeline.bytes("{set}:" + i));
      }
      return Rate.of(
          count,
          () -> {
            for (int sent = 0; sent < count; sent += BATCH) {
              for (int i = 0; i < BATCH; i++) {
                pipeline.send(set, keys.get(sent + i), payload);
              }
              for (int i = 0; i < BATCH; i++) {
                pipeline.receive();
              }
            }
          });
    }
  }
}
