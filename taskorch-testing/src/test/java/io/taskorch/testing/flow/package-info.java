/** Flow control under random use, and how fair it is. */
@NullMarked
package io.taskorch.testing.flow;

import org.jspecify.annotations.NullMarked;
