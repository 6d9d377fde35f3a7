/**
 * Handlers and workflows to copy from: the image pipeline of {@code ./taskorch demo}, a trip that
 * is undone when a part of it cannot be had, and small ones to play with.
 */
@NullMarked
package io.taskorch.examples;

import org.jspecify.annotations.NullMarked;
