package io.taskorch.workflow;

import io.taskorch.json.PayloadCodec;
import io.taskorch.task.Priority;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A node of a workflow: what it does, and the steps that it waits for.
 *
 * @param name a name, unique in its workflow
 * @param task its payload may refer to the run's input and to upstream results. A {@link Kind#WAIT}
 *     has its time as delay or run-at, {@link Kind#SIGNAL} and {@link Kind#APPROVAL} how long they
 *     wait at most as timeout, {@link Kind#WORKFLOW} the input of its run as payload
 * @param dependencies names of steps, each once
 * @param when a condition, see {@code docs/guides/conditions.md}; where it is false the step is
 *     skipped. Null for always
 * @param forEach a reference to a list, for each element of which the step is done once; null for
 *     once
 * @param maxParallel how many elements are in work at a time; null for all
 * @param compensateWith type of the task that undoes the step when the run fails; null for none
 * @param signal name of the signal that it waits for
 * @param workflow name of the definition that it runs
 * @param version of that definition; null for the latest when the step begins
 */
public record Step(
    String name,
    Kind kind,
    TaskSpec task,
    List<String> dependencies,
    Join join,
    @Nullable String when,
    @Nullable String forEach,
    @Nullable Integer maxParallel,
    OnFailure onFailure,
    @Nullable String compensateWith,
    @Nullable String signal,
    @Nullable String workflow,
    @Nullable Integer version) {

  /** Elements of a list that a step is done for. */
  public static final int MOST_ELEMENTS = 10_000;

  private static final PayloadCodec PAYLOADS = new PayloadCodec(PayloadCodec.defaultMapper());

  /**
   * @throws io.taskorch.task.InvalidTaskException naming every field that is wrong
   */
  public Step {
    dependencies = List.copyOf(dependencies);
    Violations wrong = new Violations();
    checkKind(kind, task, signal, workflow, version, wrong);
    if (kind != Kind.TASK && kind != Kind.WORKFLOW) {
      refuse(forEach, "/for_each", kind, wrong);
      refuse(compensateWith, "/compensate_with", kind, wrong);
    }
    if (compensateWith != null) {
      wrong.name("/compensate_with", compensateWith);
    }
    if (maxParallel != null && forEach == null) {
      wrong.add("/max_parallel", "conflict", "needs for_each");
    } else if (maxParallel != null && (maxParallel < 1 || maxParallel > MOST_ELEMENTS)) {
      wrong.add("/max_parallel", "out-of-range", "is not 1 to " + MOST_ELEMENTS);
    }
    wrong.throwIfAny();
  }

  /** A step that runs a task once all of its dependencies have succeeded. */
  public Step(String name, TaskSpec task, List<String> dependencies) {
    this(
        name,
        Kind.TASK,
        task,
        dependencies,
        Join.ALL_SUCCEEDED,
        null,
        null,
        null,
        OnFailure.FAIL,
        null,
        null,
        null,
        null);
  }

  private static void checkKind(
      Kind kind,
      TaskSpec task,
      @Nullable String signal,
      @Nullable String workflow,
      @Nullable Integer version,
      Violations wrong) {
    if (kind == Kind.SIGNAL) {
      require(signal, "/signal", kind, wrong);
    } else {
      refuse(signal, "/signal", kind, wrong);
    }
    if (kind == Kind.WORKFLOW) {
      require(workflow, "/workflow", kind, wrong);
      refuse(task.timeout(), "/timeout", kind, wrong);
      if (version != null && version < 1) {
        wrong.add("/version", "out-of-range", "is less than 1");
      }
    } else {
      refuse(workflow, "/workflow", kind, wrong);
      refuse(version, "/version", kind, wrong);
    }
    if (kind == Kind.WAIT) {
      if (task.delay() == null && task.runAt() == null) {
        wrong.add("/delay", "required", "or until is what a wait needs");
      }
      refuse(task.timeout(), "/timeout", kind, wrong);
    }
    if (kind == Kind.SIGNAL || kind == Kind.APPROVAL || kind == Kind.WORKFLOW) {
      refuse(task.delay(), "/delay", kind, wrong);
      refuse(task.runAt(), "/run_at", kind, wrong);
    }
    if (task.unique() != null) {
      wrong.add("/unique", "conflict", "is not for a step of a workflow");
    }
    if (kind != Kind.TASK) {
      refuse(task.retryPolicy(), "/retry_policy", kind, wrong);
      refuse(task.startBefore(), "/start_before", kind, wrong);
    }
    if (kind != Kind.TASK && kind != Kind.WORKFLOW && !task.payload().isNull()) {
      refuse(task.payload(), "/payload", kind, wrong);
    }
  }

  private static void require(@Nullable String name, String pointer, Kind kind, Violations wrong) {
    if (name == null) {
      wrong.add(pointer, "required", "is what a step of the kind " + kind.word() + " needs");
    } else {
      wrong.name(pointer, name);
    }
  }

  private static void refuse(@Nullable Object value, String pointer, Kind kind, Violations wrong) {
    if (value != null) {
      wrong.add(pointer, "conflict", "is not for a step of the kind " + kind.word());
    }
  }

  /** The same step with another task. */
  public Step withTask(TaskSpec other) {
    return new Step(
        name,
        kind,
        other,
        dependencies,
        join,
        when,
        forEach,
        maxParallel,
        onFailure,
        compensateWith,
        signal,
        workflow,
        version);
  }

  /** A step that runs a task of this type, without a payload. */
  public static Builder task(String name, String type) {
    return new Builder(name, Kind.TASK, TaskSpec.builder(type));
  }

  /**
   * A step that runs a task.
   *
   * @param payload written as JSON; its strings may hold a {@link Ref}
   * @throws IllegalArgumentException the payload cannot be written
   */
  public static Builder task(String name, String type, @Nullable Object payload) {
    return new Builder(name, Kind.TASK, TaskSpec.builder(type).payload(PAYLOADS.write(payload)));
  }

  /** A step that runs this very task. */
  public static Builder task(String name, TaskSpec task) {
    return of(name, Kind.TASK, task);
  }

  /** A step that ends after a time, counted from the end of its dependencies. */
  public static Builder waitFor(String name, Duration time) {
    return ofKind(name, Kind.WAIT, task -> task.delay(time));
  }

  /** A step that ends at an instant. */
  public static Builder waitUntil(String name, Instant time) {
    return ofKind(name, Kind.WAIT, task -> task.runAt(time));
  }

  /** A step that ends when somebody sends the run the signal that has the step's name. */
  public static Builder signal(String name) {
    return signal(name, name);
  }

  /** A step that ends when somebody sends the run this signal, whose payload is its result. */
  public static Builder signal(String name, String signal) {
    return ofKind(name, Kind.SIGNAL, task -> task).signal(signal);
  }

  /** A step that ends when a person approves or rejects it. */
  public static Builder approval(String name) {
    return ofKind(name, Kind.APPROVAL, task -> task);
  }

  /** A step that runs the latest version of a stored definition, without an input. */
  public static Builder workflow(String name, String definition) {
    return workflow(name, definition, null);
  }

  /**
   * A step that runs the latest version of a stored definition.
   *
   * @param input written as JSON; its strings may hold a {@link Ref}
   * @throws IllegalArgumentException the input cannot be written
   */
  public static Builder workflow(String name, String definition, @Nullable Object input) {
    return ofKind(name, Kind.WORKFLOW, task -> task.payload(PAYLOADS.write(input)))
        .workflow(definition, null);
  }

  /** A step as a document tells of it, whose kind decides what is set on {@code task}. */
  public static Builder of(String name, Kind kind, TaskSpec task) {
    return new Builder(name, kind, task.toBuilder());
  }

  private static Builder ofKind(String name, Kind kind, UnaryOperator<TaskSpec.Builder> needs) {
    return new Builder(name, kind, needs.apply(TaskSpec.builder(kind.word())));
  }

  /** Collects the optional parts of a {@link Step}. */
  public static final class Builder {
    private final String name;
    private final Kind kind;
    private final TaskSpec.Builder task;
    private List<String> dependencies = List.of();
    private Join join = Join.ALL_SUCCEEDED;
    private @Nullable String when;
    private @Nullable String forEach;
    private @Nullable Integer maxParallel;
    private OnFailure onFailure = OnFailure.FAIL;
    private @Nullable String compensateWith;
    private @Nullable String signal;
    private @Nullable String workflow;
    private @Nullable Integer version;

    private Builder(String name, Kind kind, TaskSpec.Builder task) {
      this.name = name;
      this.kind = kind;
      this.task = task;
    }

    /** Names of the steps that come before it. */
    public Builder after(String... steps) {
      return after(List.of(steps));
    }

    public Builder after(List<String> steps) {
      this.dependencies = steps;
      return this;
    }

    public Builder join(@Nullable Join value) {
      this.join = Objects.requireNonNullElse(value, Join.ALL_SUCCEEDED);
      return this;
    }

    /** See {@code docs/guides/conditions.md}. */
    public Builder when(@Nullable String condition) {
      this.when = condition;
      return this;
    }

    /**
     * Has it done once for each element.
     *
     * @param list a reference such as {@link Ref#input}
     */
    public Builder forEach(@Nullable String list) {
      this.forEach = list;
      return this;
    }

    /** How many elements are in work at a time; null for all. */
    public Builder maxParallel(@Nullable Integer value) {
      this.maxParallel = value;
      return this;
    }

    public Builder onFailure(@Nullable OnFailure value) {
      this.onFailure = Objects.requireNonNullElse(value, OnFailure.FAIL);
      return this;
    }

    /** The type of the task that undoes it when the run fails. */
    public Builder compensateWith(@Nullable String type) {
      this.compensateWith = type;
      return this;
    }

    /**
     * How long an attempt may run, or how long a signal or an approval is waited for.
     *
     * @param longest null for no limit
     */
    public Builder timeout(@Nullable Duration longest) {
      task.timeout(longest);
      return this;
    }

    public Builder queue(String value) {
      task.queue(value);
      return this;
    }

    public Builder priority(Priority value) {
      task.priority(value);
      return this;
    }

    /** Wins over the handler's and the worker's; null leaves it to them. */
    public Builder retryPolicy(@Nullable RetryPolicy value) {
      task.retryPolicy(value);
      return this;
    }

    public Builder signal(@Nullable String value) {
      this.signal = value;
      return this;
    }

    public Builder workflow(@Nullable String definition, @Nullable Integer itsVersion) {
      this.workflow = definition;
      this.version = itsVersion;
      return this;
    }

    /**
     * @throws io.taskorch.task.InvalidTaskException naming every field that is wrong
     */
    public Step build() {
      return new Step(
          name,
          kind,
          task.build(),
          dependencies,
          join,
          when,
          forEach,
          maxParallel,
          onFailure,
          compensateWith,
          signal,
          workflow,
          version);
    }
  }
}
