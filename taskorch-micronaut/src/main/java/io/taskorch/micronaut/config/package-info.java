/**
 * The settings of the apps: records, and one strict loader that fills them from a file and the
 * environment. Keys, defaults and limits stand in each record's {@code read}, and nowhere else.
 */
@NullMarked
package io.taskorch.micronaut.config;

import org.jspecify.annotations.NullMarked;
