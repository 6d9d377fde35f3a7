/** {@code /v1/workflows}. */
@NullMarked
package io.taskorch.api.workflow;

import org.jspecify.annotations.NullMarked;
