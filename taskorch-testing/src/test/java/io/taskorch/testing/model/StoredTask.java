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

  private static final int BODY = 232;

  static StoredTask of(String id, String record) {
    int queueEnd = BODY + (int) number(record, 226, 3);
    int typeEnd = queueEnd + (int) number(record, 229, 3);
    boolean inRun = record.charAt(225) == '1';
    return new StoredTask(
        id,
        TaskState.ofCode(record.charAt(87)),
        (int) number(record, 224, 1),
        record.substring(BODY, queueEnd),
        record.substring(queueEnd, typeEnd),
        inRun ? record.substring(typeEnd, typeEnd + 26) : "",
        inRun ? (int) number(record, typeEnd + 26, 5) : -1,
        number(record, 202, 8),
        number(record, 88, 13),
        (int) number(record, 189, 5),
        number(record, 194, 8),
        number(record, 163, 13),
        number(record, 176, 13),
        record.substring(101, 123),
        record.substring(123, 163).strip(),
        record.charAt(51) == '1',
        record.charAt(52),
        (int) number(record, 83, 4),
        (int) number(record, 53, 5),
        (int) number(record, 58, 2),
        (int) number(record, 20, 5),
        number(record, 25, 13),
        number(record, 38, 13),
        record.charAt(223) == '1');
  }

  private static long number(String record, int from, int width) {
    return Long.parseLong(record.substring(from, from + width));
  }

  boolean isStep() {
    return !runId.isEmpty();
  }
}
