/**
 * The ports of the store on Redis, and the only place that knows Redisson.
 *
 * <p>Every move is one Lua script in one slot ({@code resources/io/taskorch/redis}): it reads and
 * checks everything, then writes, so that it happens wholly or not at all, and it may be sent
 * again. {@link io.taskorch.redis.RedisCalls} decides when that is done, {@link
 * io.taskorch.redis.Keys} names every key, {@link io.taskorch.redis.TaskRecord} knows the layout of
 * a stored task.
 */
@NullMarked
package io.taskorch.redis;

import org.jspecify.annotations.NullMarked;
