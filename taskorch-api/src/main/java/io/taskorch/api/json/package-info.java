/** How answers are written. */
@NullMarked
package io.taskorch.api.json;

import org.jspecify.annotations.NullMarked;
