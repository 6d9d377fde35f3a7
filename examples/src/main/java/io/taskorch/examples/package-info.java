/**
 * Handlers to copy from: the image pipeline of {@code ./taskorch demo}, and small ones to play
 * with.
 */
@NullMarked
package io.taskorch.examples;

import org.jspecify.annotations.NullMarked;
