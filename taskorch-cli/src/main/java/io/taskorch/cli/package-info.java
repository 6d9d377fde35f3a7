/** The taskorch command. */
@NullMarked
package io.taskorch.cli;

import org.jspecify.annotations.NullMarked;
