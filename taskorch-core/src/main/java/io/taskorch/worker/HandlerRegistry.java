package io.taskorch.worker;

import io.taskorch.limit.DeclaredLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.RateLimit;
import io.taskorch.schedule.Schedule;
import io.taskorch.task.Durations;
import io.taskorch.task.Gathering;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Names;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Workflow;
import io.taskorch.workflow.WorkflowDefinition;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of a worker, one per task type, and what is declared beside them. Filled by one
 * thread, before the worker starts.
 */
public final class HandlerRegistry {

  private final Map<String, Handler> byType = new LinkedHashMap<>();
  private final Map<String, List<Schedule>> schedules = new LinkedHashMap<>();
  private final Map<String, Map<String, Limits>> limits = new LinkedHashMap<>();
  private final Map<String, WorkflowDefinition> workflows = new LinkedHashMap<>();
  private boolean sealed;

  /**
   * Adds every method of the object that has {@link TaskHandler} or {@link Workflow}, inherited
   * ones too, or a {@link Handler}.
   *
   * @throws IllegalArgumentException when there is none, or one cannot be what it says
   */
  public void add(Object handlers) {
    if (handlers instanceof Handler handler) {
      add(handler);
      return;
    }
    List<Method> methods = annotatedMethods(handlers.getClass());
    if (methods.isEmpty()) {
      throw new IllegalArgumentException(
          handlers.getClass().getName() + " has no method with @TaskHandler or @Workflow");
    }
    for (Method method : methods) {
      add(handlers, method);
    }
  }

  /**
   * Adds one method that has {@link TaskHandler} or {@link Workflow}.
   *
   * @throws IllegalArgumentException when it cannot be what it says
   */
  public void add(Object target, Method method) {
    TaskHandler handler = method.getAnnotation(TaskHandler.class);
    Workflow workflow = method.getAnnotation(Workflow.class);
    try {
      if (handler != null && workflow == null) {
        addHandler(target, method, handler);
      } else if (workflow != null && handler == null) {
        addWorkflow(target, method, workflow);
      } else {
        throw new IllegalArgumentException("needs one of @TaskHandler and @Workflow");
      }
    } catch (InvalidTaskException e) {
      throw new IllegalArgumentException(describe(method) + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(describe(method) + ": " + e.getMessage(), e);
    }
  }

  private void addHandler(Object target, Method method, TaskHandler annotation) {
    Gathered gathered = method.getAnnotation(Gathered.class);
    add(
        gathered == null
            ? handler(target, method, annotation)
            : gathering(target, method, annotation, gathered));
    // Of a class without any, too: it may have had some.
    String owner = method.getDeclaringClass().getName();
    List<Schedule> declared = schedules.computeIfAbsent(owner, c -> new ArrayList<>());
    TaskSchedule schedule = method.getAnnotation(TaskSchedule.class);
    if (schedule != null) {
      declared.add(schedule(annotation, schedule));
    }
    addLimits(
        limits.computeIfAbsent(owner, c -> new LinkedHashMap<>()),
        method.getAnnotation(LimitKey.class));
  }

  private static Handler handler(Object target, Method method, TaskHandler annotation) {
    int payload = payloadIndex(method);
    return new Handler(
        annotation.value(),
        annotation.queue(),
        retryPolicy(annotation.retry()),
        timeout(annotation.timeout()),
        payload < 0 ? null : method.getGenericParameterTypes()[payload],
        new MethodFunction(bound(target, method, payload, TaskContext.class)));
  }

  private static Handler gathering(
      Object target, Method method, TaskHandler annotation, Gathered gathered) {
    List<Type> elements = new ArrayList<>();
    for (Type type : method.getGenericParameterTypes()) {
      if (type instanceof ParameterizedType of && of.getRawType() == List.class) {
        elements.add(of.getActualTypeArguments()[0]);
      }
    }
    int payload = elements.indexOf(TaskContext.class) == 0 ? 1 : 0;
    if (elements.size() != method.getParameterCount()
        || elements.size() - Collections.frequency(elements, TaskContext.class) != 1
        || elements.size() > 2) {
      throw new IllegalArgumentException(
          "a handler with @Gathered takes a List of payloads, and a List<TaskContext> if it likes");
    }
    return new Handler(
        annotation.value(),
        annotation.queue(),
        retryPolicy(annotation.retry()),
        timeout(annotation.timeout()),
        elements.get(payload),
        new Handler.Together(
            new Gathering(gathered.size(), Durations.parse(gathered.within())),
            new ListMethodFunction(bound(target, method, payload, List.class))));
  }

  private static void addLimits(Map<String, Limits> declared, @Nullable LimitKey annotation) {
    if (annotation == null) {
      return;
    }
    String key = annotation.value();
    if (!Names.isValid(key)) {
      throw new IllegalArgumentException("the key of limits is not " + Names.SHAPE_IN_WORDS);
    }
    Limits said = limits(annotation);
    Limits before = declared.putIfAbsent(key, said);
    if (before != null && !before.equals(said)) {
      throw new IllegalArgumentException("its class says other limits of key " + key + " as well");
    }
  }

  private static Limits limits(LimitKey annotation) {
    long rate = annotation.rate();
    long burst = annotation.burst();
    return new Limits(
        rate == 0
            ? null
            : new RateLimit(rate, Durations.parse(annotation.per()), burst == 0 ? rate : burst),
        annotation.concurrency() == 0 ? null : annotation.concurrency(),
        annotation.onLimit());
  }

  private void addWorkflow(Object target, Method method, Workflow annotation) {
    if (method.getParameterCount() > 0 || method.getReturnType() != WorkflowDefinition.class) {
      throw new IllegalArgumentException(
          "a workflow's method takes nothing and returns a WorkflowDefinition");
    }
    WorkflowDefinition definition = definition(bound(target, method, -1, TaskContext.class));
    String name = annotation.value();
    if (!name.equals(definition.name())) {
      throw new IllegalArgumentException(
          "is of workflow " + name + ", but returns one named " + definition.name());
    }
    if (sealed) {
      throw new IllegalStateException("workflows are registered before the start");
    }
    if (workflows.putIfAbsent(name, definition) != null) {
      throw new IllegalArgumentException("there is a workflow " + name + " already");
    }
  }

  private static WorkflowDefinition definition(MethodHandle method) {
    Object returned;
    try {
      returned = (Object) method.invokeExact((Object) null, (TaskContext) null);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalArgumentException("throws " + e, e);
    }
    if (returned instanceof WorkflowDefinition definition) {
      return definition;
    }
    throw new IllegalArgumentException("returns null");
  }

  /**
   * @throws IllegalArgumentException when there is one for the type already
   * @throws IllegalStateException when it is sealed
   */
  public void add(Handler handler) {
    if (sealed) {
      throw new IllegalStateException("handlers are registered before the start");
    }
    if (byType.putIfAbsent(handler.type(), handler) != null) {
      throw new IllegalArgumentException("there is a handler for " + handler.type() + " already");
    }
  }

  /** The types whose tasks are handed over together, and when. */
  public Map<String, Gathering> gathered() {
    Map<String, Gathering> gathered = new LinkedHashMap<>();
    for (Handler handler : byType.values()) {
      if (handler.function() instanceof Handler.Together together) {
        gathered.put(handler.type(), together.gathering());
      }
    }
    return gathered;
  }

  /** Ends the registration: a worker has told the store what it handles. */
  public void seal() {
    sealed = true;
  }

  public @Nullable Handler find(String type) {
    return byType.get(type);
  }

  public Set<String> types() {
    return Set.copyOf(byType.keySet());
  }

  public Collection<Handler> handlers() {
    return List.copyOf(byType.values());
  }

  public boolean isEmpty() {
    return byType.isEmpty();
  }

  /** The definitions of {@link Workflow}, each valid. */
  public Collection<WorkflowDefinition> workflows() {
    return List.copyOf(workflows.values());
  }

  /** The schedules of {@link TaskSchedule}, by the class that declares them. */
  public Map<String, List<Schedule>> schedules() {
    Map<String, List<Schedule>> copy = new LinkedHashMap<>();
    schedules.forEach((owner, declared) -> copy.put(owner, List.copyOf(declared)));
    return copy;
  }

  /** The limits of {@link LimitKey}, by the class that declares them. */
  public Map<String, DeclaredLimits> limits() {
    Map<String, DeclaredLimits> copy = new LinkedHashMap<>();
    limits.forEach((owner, keys) -> copy.put(owner, new DeclaredLimits(Map.of(), keys)));
    return copy;
  }

  private static Schedule schedule(TaskHandler handler, TaskSchedule schedule) {
    String name = schedule.name().isEmpty() ? handler.value() : schedule.name();
    return Schedule.builder(name)
        .cron(schedule.cron().isEmpty() ? null : schedule.cron())
        .every(schedule.every().isEmpty() ? null : Durations.parse(schedule.every()))
        .timeZone(schedule.timeZone())
        .misfire(schedule.misfire())
        .misfireLimit(schedule.misfireLimit() == 0 ? null : schedule.misfireLimit())
        .overlap(schedule.overlap())
        .jitter(Durations.parse(schedule.jitter()))
        .pauseAfterFailures(
            schedule.pauseAfterFailures() == 0 ? null : schedule.pauseAfterFailures())
        .task(
            TaskSpec.builder(handler.value())
                .queue(handler.queue())
                .payload(Json.of(schedule.payload()))
                .build())
        .build();
  }

  private static List<Method> annotatedMethods(Class<?> type) {
    List<Method> found = new ArrayList<>();
    Set<String> overridden = new HashSet<>();
    for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
      Method[] declared = at.getDeclaredMethods();
      // Reflection gives them in no order; errors and lists should come in the same one every time.
      Arrays.sort(declared, (a, b) -> signature(a).compareTo(signature(b)));
      for (Method method : declared) {
        if (method.isBridge() || method.isSynthetic()) {
          continue;
        }
        boolean inherits =
            !Modifier.isPrivate(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
        boolean first = !inherits || overridden.add(signature(method));
        if (first
            && (method.isAnnotationPresent(TaskHandler.class)
                || method.isAnnotationPresent(Workflow.class))) {
          found.add(method);
        }
      }
    }
    return found;
  }

  private static String signature(Method method) {
    return method.getName() + Arrays.toString(method.getParameterTypes());
  }

  private static int payloadIndex(Method method) {
    Class<?>[] types = method.getParameterTypes();
    int contexts = (int) Arrays.stream(types).filter(t -> t == TaskContext.class).count();
    if (contexts > 1 || types.length - contexts > 1) {
      throw new IllegalArgumentException(
          "a handler takes a payload and a TaskContext, or one of them, or nothing");
    }
    for (int i = 0; i < types.length; i++) {
      if (types[i] != TaskContext.class) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The method as {@code (payload, context) -> result}, whatever its own parameters are.
   *
   * @param context class of the context
   */
  private static MethodHandle bound(Object target, Method method, int payload, Class<?> context) {
    MethodHandle handle;
    try {
      method.setAccessible(true);
      handle = MethodHandles.lookup().unreflect(method);
    } catch (IllegalAccessException | InaccessibleObjectException e) {
      throw new IllegalArgumentException(
          "not accessible; its module must open the package to io.taskorch", e);
    }
    if (!Modifier.isStatic(method.getModifiers())) {
      handle = handle.bindTo(target);
    }
    int parameters = method.getParameterCount();
    if (parameters == 0) {
      handle = MethodHandles.dropArguments(handle, 0, Object.class, context);
    } else if (parameters == 1 && payload == 0) {
      handle = MethodHandles.dropArguments(handle, 1, context);
    } else if (parameters == 1) {
      handle = MethodHandles.dropArguments(handle, 0, Object.class);
    } else if (payload == 1) {
      handle =
          MethodHandles.permuteArguments(
              handle,
              MethodType.methodType(
                  handle.type().returnType(), handle.type().parameterType(1), context),
              1,
              0);
    }
    return handle.asType(MethodType.methodType(Object.class, Object.class, context));
  }

  private static @Nullable RetryPolicy retryPolicy(Retry[] retry) {
    if (retry.length == 0) {
      return null;
    }
    if (retry.length > 1) {
      throw new IllegalArgumentException("retry has more than one policy");
    }
    Retry policy = retry[0];
    return new RetryPolicy(
        policy.maxAttempts(),
        Durations.parse(policy.delay()),
        policy.backoff(),
        policy.multiplier(),
        Durations.parse(policy.maxDelay()),
        policy.jitter());
  }

  private static @Nullable Duration timeout(String text) {
    return text.isEmpty() ? null : Durations.parse(text);
  }

  private static String describe(Method method) {
    return method.getDeclaringClass().getName() + '.' + method.getName();
  }

  private record MethodFunction(MethodHandle handle) implements Handler.Function<@Nullable Object> {
    @Override
    public @Nullable Object run(@Nullable Object payload, TaskContext task) throws Exception {
      try {
        return (Object) handle.invokeExact(payload, task);
      } catch (Exception | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private record ListMethodFunction(MethodHandle handle)
      implements Handler.ListFunction<@Nullable Object> {
    @Override
    public @Nullable Object run(List<@Nullable Object> payloads, List<TaskContext> tasks)
        throws Exception {
      try {
        return (Object) handle.invokeExact((Object) payloads, tasks);
      } catch (Exception | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
