package io.taskorch.redis;

import io.taskorch.task.Attempt;
import io.taskorch.task.BatchLink;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.Progress;
import io.taskorch.task.Reason;
import io.taskorch.task.StepLink;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a stored task: a header of fixed width that the scripts change in place, then a
 * body that never changes. {@code lib/record.lua} holds the same layout, and draws it.
 */
final class TaskRecord {

  static final int HEADER_LENGTH = 222;

  /** Added to the digit of the tie when a flow block follows. */
  private static final int WITH_FLOW = 5;

  private static final char NO_TIE = '0';
  private static final int STEP_LINK = 31;

  private static final Priority[] PRIORITIES = Priority.values();

  /** The first time whose thirteen digits do not begin with a zero, in 2001. */
  static final long FIRST_TIME = 1_000_000_000_000L;

  private static final long LONGEST_RETENTION_SECONDS = 99_999_998;
  private static final long NO_RETENTION = 99_999_999;

  private TaskRecord() {}

  /**
   * What the scripts need to make a record, as {@code read_head} in {@code lib/move.lua} takes it
   * apart.
   */
  static byte[] head(TaskSpec spec, @Nullable StoredStep step, int specLength) {
    StringBuilder head = new StringBuilder(96);
    pad(head, specLength, 6);
    pad(head, spec.retryPolicy() == null ? 0 : spec.retryPolicy().maxAttempts(), 5);
    pad(head, retentionSeconds(spec.retention()), 8);
    Instant startBefore = spec.startBefore();
    pad(head, startBefore == null ? 0 : Math.max(FIRST_TIME, startBefore.toEpochMilli()), 13);
    head.append(spec.priority().ordinal()).append(tie(spec, step));
    pad(head, spec.queue().length(), 3);
    pad(head, spec.type().length(), 3);
    head.append(spec.queue()).append(spec.type());
    return head.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static char tie(TaskSpec spec, @Nullable StoredStep step) {
    char tie = step == null ? NO_TIE : step.traits();
    return FlowBlock.isIn(spec) ? (char) (tie + WITH_FLOW) : tie;
  }

  /**
   * What follows queue and type in a record: the link to a run, the flow block, the spec's JSON,
   * the payload.
   */
  static byte[] body(TaskSpec spec, @Nullable String runId, int step, byte[] specJson) {
    byte[] payload = spec.payload().utf8();
    StringBuilder link = new StringBuilder();
    if (runId != null) {
      link.append(runId);
      pad(link, step, 5);
    }
    if (FlowBlock.isIn(spec)) {
      FlowBlock.write(spec, link);
    }
    byte[] start = link.toString().getBytes(StandardCharsets.US_ASCII);
    byte[] body = Arrays.copyOf(start, start.length + specJson.length + payload.length);
    System.arraycopy(specJson, 0, body, start.length, specJson.length);
    System.arraycopy(payload, 0, body, start.length + specJson.length, payload.length);
    return body;
  }

  private static long retentionSeconds(@Nullable Duration retention) {
    if (retention == null) {
      return 0;
    }
    if (retention.isZero()) {
      return NO_RETENTION;
    }
    return Math.clamp(retention.plusMillis(999).toSeconds(), 1, LONGEST_RETENTION_SECONDS);
  }

  static void pad(StringBuilder text, long number, int width) {
    String digits = Long.toString(number);
    text.repeat('0', width - digits.length()).append(digits);
  }

  /** A worker's id in the width of its field. */
  static String paddedWorker(String workerId) {
    return workerId + " ".repeat(40 - workerId.length());
  }

  static TaskState state(byte[] record) {
    return TaskState.ofCode((char) record[77]);
  }

  /** How often the task has been started over, in the digits of the record. */
  static String generation(byte[] record) {
    return ascii(record, 73, 77);
  }

  /** A record alone, with no more of its attempts than it holds itself. */
  static Task decode(String id, byte[] record) {
    return decode(id, record, List.of(), null, null);
  }

  /** A record as lists show it, without attempts. */
  static Task decodeListed(String id, byte[] record) {
    return task(id, record, Header.of(record), List.of(), null, null);
  }

  static Task decode(
      String id,
      byte[] record,
      List<Attempt> failed,
      @Nullable Progress progress,
      @Nullable Json result) {
    Header header = Header.of(record);
    List<Attempt> attempts = failed;
    boolean running = header.state == TaskState.RUNNING;
    if (running || header.state == TaskState.SUCCEEDED) {
      attempts = new ArrayList<>(failed);
      attempts.add(header.lastAttempt());
    }
    return task(id, record, header, attempts, progress, result);
  }

  /** The task as a claim has left it, from the record as that claim found it. */
  static Task decodeClaimed(String id, byte[] record, String workerId, Instant now) {
    Header before = Header.of(record);
    Header header =
        new Header(
            TaskState.RUNNING,
            now,
            before.attempt + 1,
            before.fence + 1,
            now,
            workerId,
            before.cancelRequested,
            null,
            before.generation,
            before.failures,
            before.crashes,
            before.maxAttempts,
            before.due);
    return task(id, record, header, List.of(header.lastAttempt()), null, null);
  }

  private static Task task(
      String id,
      byte[] record,
      Header header,
      List<Attempt> attempts,
      @Nullable Progress progress,
      @Nullable Json result) {
    int queueEnd = HEADER_LENGTH + (int) digits(record, 216, 3);
    int typeEnd = queueEnd + (int) digits(record, 219, 3);
    int specLength = (int) digits(record, 1, 6);
    int flowStart = typeEnd + (isStep(record) ? STEP_LINK : 0);
    FlowBlock block = hasFlow(record) ? FlowBlock.read(record, flowStart) : FlowBlock.NONE;
    int specStart = flowStart + block.length();
    SpecCodec.Extras extras = SpecCodec.decode(record, specStart, specLength);
    int payloadStart = specStart + specLength;
    TaskSpec spec =
        new TaskSpec(
            ascii(record, queueEnd, typeEnd),
            Json.ofUtf8(Arrays.copyOfRange(record, payloadStart, record.length)),
            ascii(record, HEADER_LENGTH, queueEnd),
            PRIORITIES[record[214] - '0'],
            extras.retryPolicy(),
            null,
            null,
            time(record, 200),
            extras.timeout(),
            extras.idempotencyKey(),
            extras.tags(),
            extras.metadata(),
            retention(digits(record, 192, 8)),
            extras.unique(),
            block.flow(extras.sequence()),
            extras.schedule(),
            block.batch() == null ? extras.callback() : BatchLink.member(block.batch()));
    StoredStep stored = extras.step();
    StepLink step =
        stored == null
            ? null
            : link(
                ascii(record, typeEnd, typeEnd + 26),
                (int) digits(record, typeEnd + 26, 5),
                stored,
                header);
    return new Task(
        id,
        spec,
        step,
        header.state,
        Instant.ofEpochMilli(digits(record, 7, 13)),
        header.updated,
        header.started,
        step != null && isDelay(header.due) ? null : header.due,
        header.attempt,
        header.maxAttempts,
        header.failures,
        header.crashes,
        header.generation,
        header.fence,
        header.cancelRequested,
        header.reason,
        header.worker,
        attempts,
        progress,
        result);
  }

  private static StepLink link(String runId, int index, StoredStep step, Header header) {
    return new StepLink(
        runId,
        index,
        step.name(),
        step.upstream(),
        step.refersToInput(),
        step.inputRun(runId),
        step.element(),
        header.waits() ? step.waitingFor() : null);
  }

  /** The step that a record of a step's task is of. */
  static StoredStep storedStep(byte[] record) {
    int start =
        HEADER_LENGTH + (int) digits(record, 216, 3) + (int) digits(record, 219, 3) + STEP_LINK;
    if (hasFlow(record)) {
      start += FlowBlock.read(record, start).length();
    }
    return Objects.requireNonNull(
        SpecCodec.decode(record, start, (int) digits(record, 1, 6)).step());
  }

  private static boolean hasFlow(byte[] record) {
    return record[215] >= NO_TIE + WITH_FLOW;
  }

  private static boolean isStep(byte[] record) {
    return (record[215] - NO_TIE) % WITH_FLOW != 0;
  }

  /** What a header says that can change. */
  record Header(
      TaskState state,
      Instant updated,
      int attempt,
      long fence,
      @Nullable Instant started,
      @Nullable String worker,
      boolean cancelRequested,
      @Nullable Reason reason,
      int generation,
      int failures,
      int crashes,
      int maxAttempts,
      @Nullable Instant due) {

    static Header of(byte[] record) {
      if (record[0] != '1') {
        throw new IllegalStateException(
            "a stored task has the layout '" + (char) record[0] + "', which this version lacks");
      }
      String worker = ascii(record, 113, 153).stripTrailing();
      return new Header(
          TaskRecord.state(record),
          Instant.ofEpochMilli(digits(record, 78, 13)),
          (int) digits(record, 179, 5),
          digits(record, 184, 8),
          time(record, 153),
          worker.isEmpty() ? null : worker,
          record[51] == '1',
          record[52] == '-' ? null : Reason.ofCode((char) record[52]),
          (int) digits(record, 73, 4),
          (int) digits(record, 53, 5),
          (int) digits(record, 58, 2),
          (int) digits(record, 20, 5),
          time(record, 25));
    }

    /** Whether it is a step whose wait has begun, for something that no worker ends. */
    boolean waits() {
      return state == TaskState.BLOCKED && started != null;
    }

    Attempt lastAttempt() {
      return new Attempt(
          generation,
          attempt,
          worker == null ? "" : worker,
          started == null ? updated : started,
          state.isFinal() ? updated : null,
          null);
    }
  }

  /** An entry of a task's history as {@code lib/history.lua} writes it. */
  static Attempt decodeAttempt(byte[] entry) {
    return new Attempt(
        (int) digits(entry, 0, 4),
        (int) digits(entry, 4, 5),
        ascii(entry, 35, 75).stripTrailing(),
        Instant.ofEpochMilli(digits(entry, 9, 13)),
        Instant.ofEpochMilli(digits(entry, 22, 13)),
        SpecCodec.decodeError(entry, 75));
  }

  /** What a step that has never been released has for a due time is its delay. */
  private static boolean isDelay(@Nullable Instant due) {
    return due != null && due.toEpochMilli() < FIRST_TIME;
  }

  private static @Nullable Duration retention(long seconds) {
    if (seconds == 0) {
      return null;
    }
    return seconds == NO_RETENTION ? Duration.ZERO : Duration.ofSeconds(seconds);
  }

  private static @Nullable Instant time(byte[] record, int from) {
    long millis = digits(record, from, 13);
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }

  static String ascii(byte[] record, int from, int to) {
    return new String(record, from, to - from, StandardCharsets.ISO_8859_1);
  }

  static long digits(byte[] record, int from, int width) {
    long number = 0;
    for (int i = from; i < from + width; i++) {
      number = 10 * number + (record[i] - '0');
    }
    return number;
  }
}
