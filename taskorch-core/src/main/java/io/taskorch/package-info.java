/** A Redis-native task queue: the front door of the library. */
@NullMarked
package io.taskorch;

import org.jspecify.annotations.NullMarked;
