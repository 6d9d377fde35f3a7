package io.taskorch.api.workflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.DefinitionStore.VersionPage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a definition's versions, latest first.
 *
 * @param nextCursor null at the end of the list
 */
@Schema(name = "WorkflowDefinitionVersions")
record VersionListView(
    List<VersionView> versions,
    @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextCursor) {

  static VersionListView of(VersionPage page) {
    return new VersionListView(
        page.versions().stream().map(VersionView::of).toList(), page.nextCursor().orElse(null));
  }
}
