/** The REST API: each request becomes a call of the core. */
@NullMarked
package io.taskorch.api;

import org.jspecify.annotations.NullMarked;
