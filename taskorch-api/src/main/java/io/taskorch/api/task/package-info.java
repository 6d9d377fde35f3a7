/** {@code /v1/tasks}. */
@NullMarked
package io.taskorch.api.task;

import org.jspecify.annotations.NullMarked;
