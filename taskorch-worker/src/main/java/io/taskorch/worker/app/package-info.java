/** The worker as a process of its own. */
@NullMarked
package io.taskorch.worker.app;

import org.jspecify.annotations.NullMarked;
