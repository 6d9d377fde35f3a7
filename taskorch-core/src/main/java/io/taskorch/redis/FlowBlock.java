package io.taskorch.redis;

import io.taskorch.task.BatchLink;
import io.taskorch.task.Flow;
import io.taskorch.task.Sequence;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.UniqueKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a record that says what a task waits for besides its priority; {@code lib/flow.lua}
 * holds the same layout, and draws it. Records of plain tasks have none.
 *
 * @param length of the whole block in bytes
 * @param shared its words: group, limit, units, slots and labels, "-" for none
 * @param batch id of the batch that the task is a member of
 */
record FlowBlock(int length, List<String> shared, @Nullable String batch) {

  static final FlowBlock NONE = new FlowBlock(0, List.of(), null);

  private static final int LENGTHS = 4;
  private static final int UNIQUE = 1;
  private static final int UNIQUE_LINK = 48;
  private static final int TURN = 2;
  private static final int TURN_LINK = 27;
  private static final int BATCH = 4;

  /** Characters of a key's digest, six bits each. */
  private static final int KEY_DIGEST = 26;

  /**
   * At most one runs and one waits: who waits holds the key until it starts, and the same key gives
   * turns.
   */
  private static boolean queuesOne(@Nullable UniqueKey unique) {
    return unique != null && unique.onConflict() == UniqueKey.OnConflict.QUEUE_ONE;
  }

  static boolean isIn(TaskSpec spec) {
    return spec.unique() != null || !spec.flow().saysNothing() || batchOf(spec) != null;
  }

  private static @Nullable String batchOf(TaskSpec spec) {
    BatchLink batch = spec.batch();
    return batch != null && batch.role() == BatchLink.Role.MEMBER ? batch.batchId() : null;
  }

  static void write(TaskSpec spec, StringBuilder out) {
    Flow flow = spec.flow();
    UniqueKey unique = spec.unique();
    Sequence sequence = flow.sequence();
    String shared = shared(flow);
    TaskRecord.pad(out, shared.length(), 3);
    boolean hasTurn = sequence != null || queuesOne(unique);
    String batch = batchOf(spec);
    out.append((unique == null ? 0 : UNIQUE) + (hasTurn ? TURN : 0) + (batch == null ? 0 : BATCH))
        .append(shared);
    if (unique != null) {
      writeLink(unique, flow.group(), out);
    }
    if (unique != null && queuesOne(unique)) {
      // Not that of a sequence with the same key.
      out.append(digest(flow.group(), '\0' + unique.key())).append('w');
    } else if (sequence != null) {
      out.append(digest(flow.group(), sequence.key()))
          .append(sequence.onRetry() == Sequence.OnRetry.STEP_OVER ? 'o' : 'w');
    }
    if (batch != null) {
      out.append(batch);
    }
  }

  /** The shared part in its words. */
  static String shared(Flow flow) {
    return String.join(
        " ",
        word(flow.group()),
        word(flow.limit()),
        Integer.toString(flow.units()),
        Integer.toString(flow.slots()),
        flow.requires().isEmpty() ? "-" : String.join(",", flow.requires()));
  }

  static FlowBlock ofShared(String shared) {
    return new FlowBlock(shared.length(), List.of(shared.split(" ")), null);
  }

  private static String word(@Nullable String name) {
    return name == null ? "-" : name;
  }

  private static void writeLink(UniqueKey unique, @Nullable String group, StringBuilder out) {
    out.append(digest(group, unique.key()));
    out.append(
        switch (unique.until()) {
          case START -> 's';
          case FINISH -> queuesOne(unique) ? 's' : 'f';
          case TTL -> 't';
        });
    out.append(
        switch (unique.onConflict()) {
          case REJECT, RETURN -> 'h';
          case REPLACE, QUEUE_ONE -> 'r';
        });
    TaskRecord.pad(out, unique.ttl() == null ? 0 : unique.ttl().toMillis(), 10);
    TaskRecord.pad(out, unique.maxWait() == null ? 0 : unique.maxWait().toMillis(), 10);
  }

  /** Of a key within its group; keys of tasks without one are a space of their own. */
  private static String digest(@Nullable String group, String key) {
    String scoped = group == null ? key : group + '\0' + key;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Sha256.of(scoped.getBytes(StandardCharsets.UTF_8)))
        .substring(0, KEY_DIGEST);
  }

  static FlowBlock read(byte[] record, int from) {
    int sharedLength = (int) TaskRecord.digits(record, from, 3);
    int flags = record[from + 3] - '0';
    int at = from + LENGTHS;
    int end =
        at
            + sharedLength
            + ((flags & UNIQUE) == 0 ? 0 : UNIQUE_LINK)
            + ((flags & TURN) == 0 ? 0 : TURN_LINK);
    boolean inBatch = (flags & BATCH) != 0;
    return new FlowBlock(
        end - from + (inBatch ? TaskId.LENGTH : 0),
        List.of(TaskRecord.ascii(record, at, at + sharedLength).split(" ")),
        inBatch ? TaskRecord.ascii(record, end, end + TaskId.LENGTH) : null);
  }

  /**
   * @param sequence which stands with the spec
   */
  Flow flow(@Nullable Sequence sequence) {
    if (shared.isEmpty()) {
      return Flow.PLAIN;
    }
    return new Flow(
        name(shared.get(0)),
        name(shared.get(1)),
        sequence,
        Integer.parseInt(shared.get(2)),
        Integer.parseInt(shared.get(3)),
        shared.get(4).equals("-") ? List.of() : List.of(shared.get(4).split(",")));
  }

  private static @Nullable String name(String word) {
    return word.equals("-") ? null : word;
  }
}
