/** The scheduler as a process of its own. */
@NullMarked
package io.taskorch.scheduler;

import org.jspecify.annotations.NullMarked;
