package io.taskorch.bench;

import io.taskorch.json.PayloadCodec;
import io.taskorch.task.Json;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.PayloadReferences;
import io.taskorch.workflow.PayloadReferences.Values;
import io.taskorch.workflow.Progression;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What taskorch does without Redis; public because JMH calls it from classes of its own. */
@State(Scope.Benchmark)
public class CpuOperations {

  /** A payload of 200 bytes or so. */
  public record Order(String id, String customer, List<String> articles, long cents, String note) {}

  private final PayloadCodec codec = new PayloadCodec(PayloadCodec.defaultMapper());
  private final Order order =
      new Order("o-4711", "c-0815", List.of("a-1", "a-2", "a-3"), 12_345, "x".repeat(100));
  private final Json json = codec.write(order);
  private final Instant now = Instant.ofEpochMilli(1_795_181_529_523L);
  private final String id = TaskId.next(now, 0);
  private final List<TaskState> upstream = Collections.nCopies(100, TaskState.SUCCEEDED);
  private final List<Step> steps = chain(100);
  private final PayloadReferences references =
      PayloadReferences.of(
          Json.of("{\"url\":\"${input.url}\",\"file\":\"${steps.a.result.path}\"}"), Set.of("a"));
  private final Json input = Json.of("{\"url\":\"http://example.com/a.jpg\",\"sizes\":[1,2,3]}");
  private final Map<String, Json> results = Map.of("a", Json.of("{\"path\":\"/tmp/a.jpg\"}"));

  private static List<Step> chain(int length) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      List<String> before = i == 0 ? List.of() : List.of("s" + (i - 1));
      steps.add(new Step("s" + i, TaskSpec.of("noop"), before));
    }
    return steps;
  }

  @Benchmark
  public Json payloadWrite() {
    return codec.write(order);
  }

  @Benchmark
  public @Nullable Order payloadRead() {
    return codec.read(json, Order.class);
  }

  @Benchmark
  public boolean payloadCheck() {
    return codec.isJson(json);
  }

  @Benchmark
  public String newId() {
    return TaskId.next(now, 0);
  }

  @Benchmark
  public boolean idCheck() {
    return TaskId.isValid(id);
  }

  @Benchmark
  public Duration backoff() {
    return RetryPolicy.DEFAULT.delayAfter(2, ThreadLocalRandom.current());
  }

  @Benchmark
  public Progression.Decision progression() {
    return Progression.decide(Join.ALL_SUCCEEDED, upstream);
  }

  @Benchmark
  public WorkflowDefinition definition() {
    return new WorkflowDefinition("chain", steps);
  }

  @Benchmark
  public Json payloadReferences() {
    return references.resolve(new Values(input, results, null));
  }
}
