/**
 * The moves that time makes: one class a loop, each named for its occupation. Every loop may run in
 * any number of processes at once; correctness never depends on who runs it.
 */
@NullMarked
package io.taskorch.upkeep;

import org.jspecify.annotations.NullMarked;
