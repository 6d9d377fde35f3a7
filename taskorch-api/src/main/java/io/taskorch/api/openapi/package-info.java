/** The description of this API, made from its code when it is compiled. */
@NullMarked
package io.taskorch.api.openapi;

import org.jspecify.annotations.NullMarked;
