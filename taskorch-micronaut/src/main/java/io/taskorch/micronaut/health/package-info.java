/**
 * Whether an app does its work. Liveness is Micronaut's own; readiness proves that Redis answered
 * and that worker and upkeep went on of late; {@code /health} tells besides which queues wait for a
 * worker, and whether schedules are late.
 */
@NullMarked
package io.taskorch.micronaut.health;

import org.jspecify.annotations.NullMarked;
