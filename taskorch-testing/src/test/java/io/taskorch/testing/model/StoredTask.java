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

  private static final int BODY = 219;

  static StoredTask of(String id, String record) {
    int queueEnd = BODY + (int) number(record, 3, 3);
    int typeEnd = queueEnd + (int) number(record, 6, 3);
    boolean inRun = record.charAt(2) == '1';
    return new StoredTask(
        id,
        TaskState.ofCode(record.charAt(72)),
        (int) number(record, 1, 1),
        record.substring(BODY, queueEnd),
        record.substring(queueEnd, typeEnd),
        inRun ? record.substring(typeEnd, typeEnd + 26) : "",
        inRun ? (int) number(record, typeEnd + 26, 5) : -1,
        number(record, 41, 8),
        number(record, 73, 13),
        (int) number(record, 86, 5),
        number(record, 91, 8),
        number(record, 99, 13),
        record.substring(112, 134),
        record.substring(134, 174).strip(),
        record.charAt(174) == '1',
        record.charAt(175),
        (int) number(record, 176, 4),
        (int) number(record, 180, 5),
        (int) number(record, 185, 2),
        (int) number(record, 187, 5),
        number(record, 192, 13),
        number(record, 205, 13),
        record.charAt(218) == '1');
  }

  private static long number(String record, int from, int width) {
    return Long.parseLong(record.substring(from, from + width));
  }

  boolean isStep() {
    return !runId.isEmpty();
  }
}
