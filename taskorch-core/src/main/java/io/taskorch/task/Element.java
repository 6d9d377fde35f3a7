package io.taskorch.task;

/**
 * An element of the list that a workflow's step is done for.
 *
 * @param index its place in the list, from 0
 */
public record Element(Json item, int index) {}
