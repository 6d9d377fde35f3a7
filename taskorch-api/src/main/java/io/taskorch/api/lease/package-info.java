/**
 * {@code /v1/leases}: the claim, the heartbeat and the outcome as calls, so that a program in any
 * language, down to a shell script, can be a worker.
 */
@NullMarked
package io.taskorch.api.lease;

import org.jspecify.annotations.NullMarked;
