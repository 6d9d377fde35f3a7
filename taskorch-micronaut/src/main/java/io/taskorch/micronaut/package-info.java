/** Taskorch in a Micronaut application: configuration, beans and discovered handlers. */
@NullMarked
package io.taskorch.micronaut;

import org.jspecify.annotations.NullMarked;
