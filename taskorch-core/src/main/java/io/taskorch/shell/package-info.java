/**
 * The handler of the task type {@code shell}, which runs commands of the operating system. It is
 * off unless the worker's own settings turn it on, because whoever may submit a task could run a
 * command with the worker's rights.
 *
 * <p>{@link io.taskorch.shell.ShellTasks} walks an attempt from its payload to its result: {@code
 * Command} says what runs, {@code WorkFolders} where, {@code Output} what becomes of what it
 * prints, and {@code ProcessTree} sees to it that nothing of it outlives the attempt.
 */
@NullMarked
package io.taskorch.shell;

import org.jspecify.annotations.NullMarked;
