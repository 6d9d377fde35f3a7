package io.taskorch.architecture;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/state-machine.md} is what {@link TaskState} and {@link RunState} say, in words. */
class StateMachineDocumentTest {

  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "state-machine.md").normalize();

  private static final String RENDER =
      "mvn test -pl taskorch-core -am -Dtest=StateMachineDocumentTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dtaskorch.render=true";

  /** What makes each move, in the words of the API. */
  private static final Map<String, String> TASK_MOVES =
      moves(
          """
          BLOCKED SCHEDULED: released with a delay
          BLOCKED PENDING: released
          BLOCKED SUCCEEDED: ends without a worker
          BLOCKED FAILED: ends without a worker
          BLOCKED SKIPPED: an upstream step was skipped
          BLOCKED CANCELLED: cancel, or an upstream step failed
          SCHEDULED PENDING: promote, run-now
          SCHEDULED CANCELLED: cancel, purge
          PENDING RUNNING: claim
          PENDING CANCELLED: cancel, purge, expired
          PENDING FAILED: no handler
          PENDING SKIPPED: operator
          RUNNING SUCCEEDED: complete
          RUNNING RETRYING: fail, attempts left
          RUNNING SCHEDULED: snooze
          RUNNING PENDING: release, reap
          RUNNING FAILED: fail for good, crash loop
          RUNNING CANCELLED: ends after a cancel
          RETRYING PENDING: promote, run-now
          RETRYING CANCELLED: cancel, purge
          FAILED PENDING: retry
          FAILED BLOCKED: retry of the run
          FAILED SUCCEEDED: operator
          FAILED SKIPPED: operator
          SUCCEEDED PENDING: rerun
          SUCCEEDED BLOCKED: rerun
          CANCELLED PENDING: retry
          CANCELLED BLOCKED: retry of the run
          SKIPPED PENDING: rerun
          SKIPPED BLOCKED: rerun
          """);

  private static final Map<String, String> RUN_MOVES =
      moves(
          """
          RUNNING SUCCEEDED: no step failed
          RUNNING FAILED: a step failed
          RUNNING CANCELLED: a step was cancelled
          RUNNING COMPENSATING: a step failed, and others say how to undo them
          COMPENSATING COMPENSATED: all is undone
          COMPENSATING FAILED: not all could be undone
          FAILED RUNNING: retry, rerun, or a step ended by hand
          FAILED COMPENSATING: retry of the undoing
          CANCELLED RUNNING: retry, rerun, or a step ended by hand
          SUCCEEDED RUNNING: rerun
          """);

  @Test
  void theDocumentIsWhatTheStatesSay() throws IOException {
    if (Boolean.getBoolean("taskorch.render")) {
      Files.writeString(DOCUMENT, rendered());
    }
    assertThat(DOCUMENT)
        .withFailMessage("docs/state-machine.md is out of date; render it with%n  %s", RENDER)
        .hasContent(rendered());
  }

  @Test
  void everyMoveAndNoOtherIsPutIntoWords() {
    assertThat(TASK_MOVES)
        .containsOnlyKeys(edges(TaskState.values(), TaskState::next).toArray(String[]::new));
    assertThat(RUN_MOVES)
        .containsOnlyKeys(edges(RunState.values(), RunState::next).toArray(String[]::new));
  }

  private static String meaning(TaskState state) {
    return switch (state) {
      case BLOCKED -> "A workflow step that waits for its upstream steps";
      case SCHEDULED -> "Due later: it has a delay or a time, or its handler put it off";
      case PENDING -> "Ready: the next claim of a worker that handles its type takes it";
      case RUNNING -> "Leased to a worker";
      case RETRYING -> "Failed, and waits for its next attempt";
      case SUCCEEDED -> "Final: its handler returned";
      case FAILED ->
          "Final: its attempts are spent, or its error was permanent, or its workers died under it"
              + " too often; the dead-letter set";
      case CANCELLED -> "Final: somebody cancelled it, it expired, or an upstream step failed";
      case SKIPPED -> "Final: a workflow step that was not needed";
    };
  }

  private static String meaning(RunState state) {
    return switch (state) {
      case RUNNING -> "Some step has not ended";
      case SUCCEEDED -> "Final: all steps succeeded or were skipped";
      case FAILED ->
          "Final: a step failed, all others have ended, and nothing was undone, or not all";
      case COMPENSATING -> "A step failed, and what had succeeded is being undone";
      case COMPENSATED -> "Final: a step failed, and what had succeeded has been undone";
      case CANCELLED -> "Final: a step was cancelled, alone or with the whole run, and none failed";
    };
  }

  private static String rendered() {
    return """
    # States

    Rendered from `TaskState` and `RunState`; a test fails when this page differs. After a \
    change of either, run
    ```
    %s
    ```

    ## Task

    A final state is left only by an operator's retry or rerun, or when an operator mends a \
    failed step by hand. Ready, due and leased tasks are found by indexes in Redis; the \
    scripts there take their table of moves from `TaskState`.

    %s
    ## Workflow run

    A run's state follows from those of its steps. A run whose steps all succeeded before a \
    cancel reached them has succeeded.

    %s\
    """
        .formatted(
            RENDER,
            part(
                TaskState.values(),
                List.of(TaskState.BLOCKED, TaskState.SCHEDULED, TaskState.PENDING),
                TaskState::isFinal,
                TaskState::next,
                StateMachineDocumentTest::meaning,
                TASK_MOVES),
            part(
                RunState.values(),
                List.of(RunState.RUNNING),
                RunState::isFinal,
                RunState::next,
                StateMachineDocumentTest::meaning,
                RUN_MOVES));
  }

  private static <S extends Enum<S>> String part(
      S[] states,
      List<S> first,
      Predicate<S> isFinal,
      Function<S, Set<S>> next,
      Function<S, String> meaning,
      Map<String, String> moves) {
    StringBuilder page = new StringBuilder("```mermaid\nstateDiagram-v2\n");
    first.forEach(state -> page.append("    [*] --> %s\n".formatted(state)));
    for (S from : states) {
      for (S to : next.apply(from)) {
        page.append("    %s --> %s: %s\n".formatted(from, to, moves.get(from + " " + to)));
      }
    }
    Arrays.stream(states)
        .filter(isFinal)
        .forEach(state -> page.append("    %s --> [*]\n".formatted(state)));
    page.append("```\n\n| State | Means | Next, and by what |\n|---|---|---|\n");
    for (S from : states) {
      String moved =
          next.apply(from).stream()
              .map(to -> "`%s` (%s)".formatted(to, moves.get(from + " " + to)))
              .collect(joining("<br>"));
      page.append("| `%s` | %s | %s |\n".formatted(from, meaning.apply(from), moved));
    }
    return page.toString();
  }

  private static <S> Stream<String> edges(S[] states, Function<S, Set<S>> next) {
    return Arrays.stream(states)
        .flatMap(from -> next.apply(from).stream().map(to -> from + " " + to));
  }

  private static Map<String, String> moves(String lines) {
    return lines
        .lines()
        .map(line -> line.split(": ", 2))
        .collect(Collectors.toMap(words -> words[0], words -> words[1]));
  }
}
