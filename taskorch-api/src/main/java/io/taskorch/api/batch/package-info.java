/** {@code /v1/batches}. */
@NullMarked
package io.taskorch.api.batch;

import org.jspecify.annotations.NullMarked;
