package io.taskorch.api.workflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
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
    @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextCursor) {}
