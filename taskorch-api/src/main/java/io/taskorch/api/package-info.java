/** The REST API: each request becomes a call of the core. */
@Configuration
@Requires(property = "taskorch.apps.api")
@NullMarked
package io.taskorch.api;

import io.micronaut.context.annotation.Configuration;
import io.micronaut.context.annotation.Requires;
import org.jspecify.annotations.NullMarked;
