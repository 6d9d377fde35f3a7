/** Errors as {@code application/problem+json} (RFC 9457), whatever went wrong and wherever. */
@NullMarked
package io.taskorch.api.problem;

import org.jspecify.annotations.NullMarked;
