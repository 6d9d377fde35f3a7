/** Which pages may call from a browser. */
@NullMarked
package io.taskorch.api.origin;

import org.jspecify.annotations.NullMarked;
