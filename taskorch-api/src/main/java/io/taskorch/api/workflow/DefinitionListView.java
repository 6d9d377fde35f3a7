package io.taskorch.api.workflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.DefinitionStore.VersionPage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of definitions, the latest version of each, by name.
 *
 * @param nextCursor null at the end of the list
 */
@Schema(name = "WorkflowDefinitions")
record DefinitionListView(
    List<VersionView> definitions,
    @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextCursor) {

  static DefinitionListView of(VersionPage page) {
    return new DefinitionListView(
        page.versions().stream().map(VersionView::of).toList(), page.nextCursor().orElse(null));
  }
}
