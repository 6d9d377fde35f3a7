/** Benchmarks that measure the raw ceiling of Redis in the same run. */
@NullMarked
package io.taskorch.bench;

import org.jspecify.annotations.NullMarked;
