package io.taskorch.testing.model;

import io.taskorch.task.TaskState;

/**
 * The header of a stored task, read from its bytes by the drawing in {@code lib/record.lua} and not
 * by the code under test.
 */
record StoredTask(
    String id,
    TaskState state,
    int priority,
    String queue,
    String type,
    String runId,
    int step,
    long retention,
    long updated,
    int attempt,
    long fence,
    long started,
    long leaseExpiry,
    String nonce,
    String worker,
    boolean cancelRequested,
    char reason,
    int generation,
    int failures,
    int crashes,
    int maxAttempts,
    long due,
    long sequence,
    boolean noted) {

  private static final int BODY = 222;

  static StoredTask of(String id, String record) {
    int queueEnd = BODY + (int) number(record, 216, 3);
    int typeEnd = queueEnd + (int) number(record, 219, 3);
    boolean inRun = record.charAt(215) == '1';
    return new StoredTask(
        id,
        TaskState.ofCode(record.charAt(77)),
        (int) number(record, 214, 1),
        record.substring(BODY, queueEnd),
        record.substring(queueEnd, typeEnd),
        inRun ? record.substring(typeEnd, typeEnd + 26) : "",
        inRun ? (int) number(record, typeEnd + 26, 5) : -1,
        number(record, 192, 8),
        number(record, 78, 13),
        (int) number(record, 179, 5),
        number(record, 184, 8),
        number(record, 153, 13),
        number(record, 166, 13),
        record.substring(91, 113),
        record.substring(113, 153).strip(),
        record.charAt(51) == '1',
        record.charAt(52),
        (int) number(record, 73, 4),
        (int) number(record, 53, 5),
        (int) number(record, 58, 2),
        (int) number(record, 20, 5),
        number(record, 25, 13),
        number(record, 38, 13),
        record.charAt(213) == '1');
  }

  private static long number(String record, int from, int width) {
    return Long.parseLong(record.substring(from, from + width));
  }

  boolean isStep() {
    return !runId.isEmpty();
  }
}
