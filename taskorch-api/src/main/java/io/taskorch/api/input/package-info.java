/**
 * Reads what callers send, strictly: whatever is malformed, unknown, of the wrong type or
 * impossible is refused by name, all of it at once, and what passes through unread keeps its bytes.
 * Binding to beans would do none of this.
 */
@NullMarked
package io.taskorch.api.input;

import org.jspecify.annotations.NullMarked;
