/** {@code /v1/queues}. */
@NullMarked
package io.taskorch.api.queue;

import org.jspecify.annotations.NullMarked;
