package io.taskorch.api.lease;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.store.ClaimRequest;
import io.taskorch.task.Names;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a worker asks for.
 *
 * @param patience how long to wait for work, at most 1m
 */
@Schema(name = "Claim")
record ClaimBody(
    @Schema(description = "a name of at most 40 characters, its own") String workerId,
    @Schema(
            description =
                "16 to 64 letters, digits, '-' and '_', random and new for each claim: the same"
                    + " again, as a worker's next claim, gives the same leases")
        @Nullable String claimId,
    @Schema(description = "`default` when there are none") @Nullable List<String> queues,
    @Schema(description = "what the worker has handlers for, at least one") List<String> types,
    @Schema(description = "the worker's slots: 1 unless given, at most 200") @Nullable Integer max,
    @Schema(description = "how long to wait for work, at most 1m", example = "30s")
        @JsonProperty("wait")
        @Nullable String patience,
    @Schema(description = "how long the tasks are the worker's without a heartbeat", example = "5m")
        @Nullable String lease) {

  private static final Pattern CLAIM_ID = Pattern.compile("[A-Za-z0-9_-]{16,64}");
  private static final int MOST_QUEUES = 100;
  private static final int MOST_TYPES = 1_000;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /**
   * A claim as it was read.
   *
   * @param claimId null when the caller has none, and cannot repeat the call
   */
  record Read(
      String workerId,
      @Nullable String claimId,
      List<String> queues,
      Set<String> types,
      int most,
      Duration patience,
      Duration lease) {}

  static Read read(Fields in, Duration defaultLease) {
    String workerId = in.requiredText("worker_id");
    if (!Names.isValidWorkerId(workerId)) {
      in.impossible("worker_id", "invalid-name", "is not a name of at most 40 characters");
    }
    String claimId = in.text("claim_id");
    if (claimId != null && !CLAIM_ID.matcher(claimId).matches()) {
      in.impossible("claim_id", "invalid-name", "is not 16 to 64 letters, digits, '-' and '_'");
    }
    List<String> queues = names(in, "queues", MOST_QUEUES);
    in.require("types");
    List<String> types = names(in, "types", MOST_TYPES);
    if (types.isEmpty()) {
      in.impossible("types", "out-of-range", "names nothing that the worker can do");
    }
    Integer most = in.integer("max", 1, ClaimRequest.MOST);
    Duration wait = in.duration("wait", Duration.ZERO, LONGEST_WAIT);
    Duration lease = in.duration("lease", HttpLease.SHORTEST, HttpLease.LONGEST);
    return in.finish(
        () ->
            new Read(
                workerId,
                claimId,
                queues.isEmpty() ? List.of(TaskSpec.DEFAULT_QUEUE) : queues,
                Set.copyOf(types),
                most == null ? 1 : most,
                wait == null ? Duration.ZERO : wait,
                lease == null ? defaultLease : lease));
  }

  private static List<String> names(Fields in, String field, int most) {
    List<String> names = in.texts(field);
    if (names.size() > most) {
      in.impossible(field, "out-of-range", "has more than " + most + " entries");
      return List.of();
    }
    for (int i = 0; i < names.size(); i++) {
      if (!Names.isValid(names.get(i))) {
        in.refusals()
            .impossible(
                in.pointer() + "/" + field + "/" + i,
                "invalid-name",
                "is not " + Names.SHAPE_IN_WORDS);
      }
    }
    return List.copyOf(new LinkedHashSet<>(names));
  }
}
