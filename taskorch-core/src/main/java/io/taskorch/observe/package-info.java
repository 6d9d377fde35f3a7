/**
 * What can be seen from outside, gained at one seam: decorators of the ports. Nothing below or
 * above them knows of it, and a program that wants no metrics needs no library for them.
 */
@NullMarked
package io.taskorch.observe;

import org.jspecify.annotations.NullMarked;
