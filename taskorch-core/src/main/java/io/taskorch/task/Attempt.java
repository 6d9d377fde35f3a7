package io.taskorch.task;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task.
 *
 * @param generation how often an operator had started the task over before it
 * @param number from 1 within the generation
 * @param finishedAt null while it runs
 * @param error null while it runs, and when it succeeded
 */
public record Attempt(
    int generation,
    int number,
    String workerId,
    Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable TaskError error) {}
