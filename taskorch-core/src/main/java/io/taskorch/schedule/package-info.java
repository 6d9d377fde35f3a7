/**
 * When recurring work is due, as pure rules: no store, no clock. A {@link
 * io.taskorch.schedule.Schedule} says what somebody wants, {@link io.taskorch.schedule.Firings}
 * says which instants that means and what to do when some of them have passed unnoticed.
 *
 * <p>An <em>instant</em> is what the rule gives; the <em>firing</em> of it may come later by the
 * jitter. Whatever happens to processes and clocks, an instant is fired once: instants are found
 * from the one before, never from the present.
 */
@NullMarked
package io.taskorch.schedule;

import org.jspecify.annotations.NullMarked;
