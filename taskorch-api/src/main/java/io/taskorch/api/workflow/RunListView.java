package io.taskorch.api.workflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.RunStore.RunPage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of runs.
 *
 * @param nextCursor null at the end of the list
 */
@Schema(name = "WorkflowRuns")
record RunListView(
    List<RunView> workflows, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextCursor) {

  static RunListView of(RunPage page) {
    return new RunListView(
        page.runs().stream().map(RunView::row).toList(), page.nextCursor().orElse(null));
  }
}
