package io.taskorch.api.workflow;

import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.taskorch.client.WorkflowClient;
import io.taskorch.store.RunStore;
import io.taskorch.workflow.StepAction;
import jakarta.annotation.Nullable;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What people do to steps of runs. */
@Controller("/v1/workflows/{id}/steps/{step}")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "workflows")
final class StepController {

  /** The body of an action that takes no more than a note. */
  @RequestBody(content = @Content(schema = @Schema(implementation = StepAnswerBody.class)))
  @Target(ElementType.PARAMETER)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Answer {}

  private final WorkflowClient workflows;

  StepController(WorkflowClient workflows) {
    this.workflows = workflows;
  }

  @Post("/approve")
  @Operation(
      operationId = "approveStep",
      summary = "Lets an approval that is waited for succeed, with who approved as its result")
  RunView approve(String id, String step, @Nullable @Body @Answer byte[] body) {
    return act(id, new StepAction.Approve(step, StepAnswerBody.note(body)));
  }

  @Post("/reject")
  @Operation(operationId = "rejectStep", summary = "Lets an approval that is waited for fail")
  RunView reject(String id, String step, @Nullable @Body @Answer byte[] body) {
    return act(id, new StepAction.Reject(step, StepAnswerBody.note(body)));
  }

  @Post("/skip")
  @Operation(
      operationId = "skipStep",
      summary = "Skips a step that has not begun or has failed; what was cancelled for it goes on")
  RunView skip(String id, String step, @Nullable @Body @Answer byte[] body) {
    return act(id, new StepAction.Skip(step, StepAnswerBody.note(body)));
  }

  @Post("/succeed")
  @Operation(
      operationId = "succeedStep",
      summary = "Lets a step succeed that has not begun or has failed, with a result")
  RunView succeed(
      String id,
      String step,
      @RequestBody(content = @Content(schema = @Schema(implementation = SucceedBody.class)))
          @Nullable
          @Body
          byte[] body) {
    return act(id, SucceedBody.read(body, step));
  }

  @Post("/rerun")
  @Operation(
      operationId = "rerunStep",
      summary = "Starts a step of a run that has ended over, and all that follows it")
  RunView rerun(
      String id,
      String step,
      @RequestBody(content = @Content(schema = @Schema(implementation = RerunBody.class)))
          @Nullable
          @Body
          byte[] body) {
    return act(id, RerunBody.read(body, step));
  }

  private RunView act(String id, StepAction action) {
    return RunView.of(workflows.act(id, action, RunStore.ANONYMOUS));
  }
}
