package io.taskorch.task;

/**
 * One thing that is wrong with an input.
 *
 * @param pointer a JSON pointer (RFC 6901) to the field
 * @param code a word for programs, such as {@code invalid-name} or {@code out-of-range}
 * @param detail the rest of a sentence that begins with the field; never contains the input
 */
public record Violation(String pointer, String code, String detail) {}
