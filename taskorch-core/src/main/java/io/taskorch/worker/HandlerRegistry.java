package io.taskorch.worker;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The handlers of a worker, one per task type. Filled before the worker starts. */
public final class HandlerRegistry {

  private final Map<String, Handler> byType = new LinkedHashMap<>();

  /**
   * Adds every method of the object that has {@link TaskHandler}, inherited ones too.
   *
   * @throws IllegalArgumentException when there is none, or one cannot be a handler
   */
  public void add(Object handlers) {}

  /**
   * Adds one method that has {@link TaskHandler}.
   *
   * @throws IllegalArgumentException when it cannot be a handler
   */
  public void add(Object target, Method method) {}

  /**
   * @throws IllegalArgumentException when there is one for the type already
   */
  public void add(Handler handler) {
    if (byType.putIfAbsent(handler.type(), handler) != null) {
      throw new IllegalArgumentException("two handlers for " + handler.type());
    }
  }

  public @Nullable Handler find(String type) {
    return byType.get(type);
  }

  public Set<String> types() {
    return Set.copyOf(byType.keySet());
  }

  public boolean isEmpty() {
    return byType.isEmpty();
  }
}
