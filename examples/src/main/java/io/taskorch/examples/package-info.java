/** Handlers that a reader can copy into a project of their own. */
@NullMarked
package io.taskorch.examples;

import org.jspecify.annotations.NullMarked;
