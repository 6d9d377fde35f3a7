/**
 * What holds tasks back although workers are free, as pure rules: how often and how many at a time,
 * for a queue, for each of its groups, and for tasks that share a key.
 *
 * <p>Claims keep to limits in the store, in the step that starts a task; nothing here knows of
 * them.
 */
@NullMarked
package io.taskorch.limit;

import org.jspecify.annotations.NullMarked;
