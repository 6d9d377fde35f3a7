/**
 * Benchmarks. Every figure stands beside the raw ceiling that the same Redis showed in the same
 * run, because the machines differ and the ratio does not.
 */
@NullMarked
package io.taskorch.bench;

import org.jspecify.annotations.NullMarked;
