/** {@code /v1/schedules}. */
@NullMarked
package io.taskorch.api.schedule;

import org.jspecify.annotations.NullMarked;
