/** {@code /v1/workers}. */
@NullMarked
package io.taskorch.api.worker;

import org.jspecify.annotations.NullMarked;
