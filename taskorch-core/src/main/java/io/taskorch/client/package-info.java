/** What a program submits, waits for and operates tasks and workflow runs with. */
@NullMarked
package io.taskorch.client;

import org.jspecify.annotations.NullMarked;
