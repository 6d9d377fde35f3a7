package io.taskorch.worker;

import io.taskorch.store.RunStore;
import io.taskorch.store.RunStore.StepInput;
import io.taskorch.task.Json;
import io.taskorch.task.StepLink;
import io.taskorch.task.Task;
import io.taskorch.workflow.PayloadReferences;
import io.taskorch.workflow.PayloadReferences.Values;
import java.util.Map;

/** Payloads as their handlers get them. */
public final class StepPayloads {

  private final RunStore runs;

  public StepPayloads(RunStore runs) {
    this.runs = runs;
  }

  /**
   * The payload of a claimed task; of a workflow's step with what it refers to in place of the
   * references.
   *
   * @throws io.taskorch.workflow.UnresolvedReferenceException a value is missing or too large
   * @throws io.taskorch.task.StoreUnavailableException the values cannot be had at present
   */
  public Json of(Task task) {
    Json payload = task.spec().payload();
    StepLink step = task.step();
    if (step == null) {
      return payload;
    }
    PayloadReferences references = PayloadReferences.of(payload, step.upstream().keySet());
    if (!step.hasReferences()) {
      return references.resolve(new Values(Json.NULL, Map.of(), step.element()));
    }
    StepInput input = runs.input(step.inputRunId(), step.upstream());
    return references.resolve(new Values(input.input(), input.results(), step.element()));
  }
}
