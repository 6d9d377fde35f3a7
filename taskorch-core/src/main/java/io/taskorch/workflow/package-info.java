/**
 * Workflows as values and rules: what a definition may look like, in which order its steps can run,
 * what a payload refers to, and which moves follow from the end of a step. Nothing here stores or
 * runs anything.
 */
@NullMarked
package io.taskorch.workflow;

import org.jspecify.annotations.NullMarked;
