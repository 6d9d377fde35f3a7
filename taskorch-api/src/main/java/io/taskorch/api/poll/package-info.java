/** Calls that wait. */
@NullMarked
package io.taskorch.api.poll;

import org.jspecify.annotations.NullMarked;
