/** {@code /v1/limits}, and limits and groups below {@code /v1/queues}. */
@NullMarked
package io.taskorch.api.limit;

import org.jspecify.annotations.NullMarked;
