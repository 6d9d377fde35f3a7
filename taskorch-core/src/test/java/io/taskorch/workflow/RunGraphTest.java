package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskorch.task.Json;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunGraph.Edge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunGraphTest {

  private static final String CHILD = "01ARZ3NDEKTSV4RRFFQ69G5F01";
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  /**
   * @param started in ms after the run's; null when it has not
   * @param finished likewise
   */
  private static StepStatus step(
      String name, TaskState state, Integer started, Integer finished, String... dependencies) {
    return step(name, Kind.TASK, Join.ALL_SUCCEEDED, state, started, finished, null, dependencies);
  }

  private static StepStatus step(
      String name,
      Kind kind,
      Join join,
      TaskState state,
      Integer started,
      Integer finished,
      String waitingFor,
      String... dependencies) {
    return new StepStatus(
        name,
        kind,
        join,
        state,
        "id-" + name,
        List.of(dependencies),
        started == null ? 0 : 1,
        started == null ? null : START.plusMillis(started),
        finished == null ? null : START.plusMillis(finished),
        state == TaskState.CANCELLED ? Reason.UPSTREAM_FAILED : null,
        kind == Kind.WORKFLOW ? CHILD : null,
        waitingFor);
  }

  private static RunGraph graph(int now, RunState state, StepStatus... steps) {
    Run run =
        new Run(
            "01ARZ3NDEKTSV4RRFFQ69G5F00",
            "pipeline",
            3,
            state,
            Json.NULL,
            START,
            state.isFinal() ? START.plusMillis(now) : null,
            false,
            null,
            null,
            List.of(steps));
    return RunGraph.of(run, START.plusMillis(now));
  }

  private static final RunGraph DONE =
      graph(
          1500,
          RunState.SUCCEEDED,
          step("download", TaskState.SUCCEEDED, 0, 100),
          step("small", TaskState.SUCCEEDED, 110, 300, "download"),
          step("large", TaskState.SUCCEEDED, 110, 1300, "download"),
          step("notes", TaskState.SUCCEEDED, 0, 900),
          step("upload", TaskState.SUCCEEDED, 1310, 1500, "small", "large", "notes"));

  @Test
  void theCriticalPathIsWhatTheEndHadToWaitFor() {
    assertThat(DONE.criticalPath()).containsExactly("download", "large", "upload");
    assertThat(DONE.nodes()).filteredOn(RunGraph.Node::critical).hasSize(3);
    assertThat(DONE.edges())
        .containsExactly(
            new Edge("download", "small", false),
            new Edge("download", "large", true),
            new Edge("small", "upload", false),
            new Edge("large", "upload", true),
            new Edge("notes", "upload", false));
    assertThat(DONE.elapsed()).isEqualTo(Duration.ofMillis(1500));
    assertThat(DONE.nodes())
        .extracting(RunGraph.Node::duration)
        .extracting(Duration::toMillis)
        .containsExactly(100L, 190L, 1190L, 900L, 190L);
  }

  @Test
  void whatRunsCountsUpToNow() {
    RunGraph graph =
        graph(
            2000,
            RunState.RUNNING,
            step("a", TaskState.SUCCEEDED, 0, 100),
            step("b", TaskState.RUNNING, 150, null, "a"),
            step("c", TaskState.RETRYING, 120, null, "a"),
            step("d", TaskState.BLOCKED, null, null, "b", "c"));
    assertThat(graph.criticalPath()).containsExactly("a", "c");
    assertThat(graph.nodes().get(1).duration()).isEqualTo(Duration.ofMillis(1850));
    assertThat(graph.nodes().get(3).duration()).isNull();
    assertThat(graph.elapsed()).isEqualTo(Duration.ofMillis(2000));
  }

  @Test
  void whatWasDecidedWithTheEndOfAnotherIsNotOnThePath() {
    RunGraph graph =
        graph(
            500,
            RunState.FAILED,
            step("a", TaskState.SUCCEEDED, 0, 100),
            step("b", TaskState.FAILED, 150, 500, "a"),
            step("c", TaskState.CANCELLED, null, 500, "b"));
    assertThat(graph.criticalPath()).containsExactly("a", "b");
  }

  @Test
  void beforeAnythingHasStartedThereIsNoPath() {
    RunGraph graph = graph(5, RunState.RUNNING, step("a", TaskState.PENDING, null, null));
    assertThat(graph.criticalPath()).isEmpty();
    assertThat(MermaidGraph.of(graph))
        .contains("n0[\"a<br/>PENDING\"]:::pending")
        .doesNotContain("  class ");
  }

  @Test
  void clocksThatDifferGiveNoNegativeTimes() {
    RunGraph graph = graph(0, RunState.RUNNING, step("a", TaskState.RUNNING, 300, null));
    assertThat(graph.nodes().getFirst().duration()).isZero();
  }

  @Test
  void mermaidDrawsIt() {
    assertThat(MermaidGraph.of(DONE))
        .startsWith(
            """
            ---
            title: "pipeline v3 · SUCCEEDED · 1.5 s"
            ---
            flowchart LR
              n0["download<br/>SUCCEEDED · 100 ms"]:::succeeded
              n1["small<br/>SUCCEEDED · 190 ms"]:::succeeded
              n2["large<br/>SUCCEEDED · 1.1 s"]:::succeeded
              n3["notes<br/>SUCCEEDED · 900 ms"]:::succeeded
              n4["upload<br/>SUCCEEDED · 190 ms"]:::succeeded
              n0 --> n1
              n0 ==> n2
              n1 --> n4
              n2 ==> n4
              n3 --> n4
            """)
        .endsWith("  class n0,n2,n4 critical\n");
  }

  private static final RunGraph KINDS =
      graph(
          2000,
          RunState.RUNNING,
          step("a", TaskState.SUCCEEDED, 0, 100),
          step("pause", Kind.WAIT, Join.ALL_SUCCEEDED, TaskState.SUCCEEDED, 100, 900, null, "a"),
          step("b", TaskState.SUCCEEDED, 100, 400, "a"),
          step("no", TaskState.SKIPPED, null, 100, "a"),
          step(
              "either",
              Kind.WORKFLOW,
              Join.ANY_SUCCEEDED,
              TaskState.SUCCEEDED,
              400,
              1000,
              null,
              "pause",
              "b",
              "no"),
          step(
              "go",
              Kind.SIGNAL,
              Join.ALL_FINISHED,
              TaskState.BLOCKED,
              1000,
              null,
              "signal:go",
              "either",
              "no"),
          step("ok", Kind.APPROVAL, Join.ALL_SUCCEEDED, TaskState.BLOCKED, null, null, null, "go"));

  @Test
  void whereOneSuccessWasEnoughThePathGoesAlongTheFirst() {
    assertThat(KINDS.criticalPath()).containsExactly("a", "b", "either", "go");
  }

  @Test
  void whatWaitsCountsAndWhatNeverStartedDoesNot() {
    assertThat(KINDS.nodes())
        .extracting(RunGraph.Node::duration)
        .extracting(d -> d == null ? null : d.toMillis())
        .containsExactly(100L, 800L, 300L, null, 600L, 1000L, null);
  }

  @Test
  void whatWasStartedOverHasNotStartedYet() {
    StepStatus before = step("a", TaskState.PENDING, 0, null);
    StepStatus again =
        new StepStatus(
            "a",
            Kind.TASK,
            Join.ALL_SUCCEEDED,
            TaskState.PENDING,
            "id",
            List.of(),
            0,
            before.startedAt(),
            null,
            null,
            null,
            null);
    assertThat(graph(900, RunState.RUNNING, again).nodes().getFirst().duration()).isNull();
    assertThat(graph(900, RunState.RUNNING, again).criticalPath()).isEmpty();
  }

  @Test
  void kindsJoinsWaitsAndRunsAreDrawn() {
    assertThat(MermaidGraph.of(KINDS))
        .contains(
            """
              n1(["pause<br/>SUCCEEDED · 800 ms"]):::succeeded
              n2["b<br/>SUCCEEDED · 300 ms"]:::succeeded
              n3["no<br/>SKIPPED"]:::skipped
              n4[["either<br/>SUCCEEDED · 600 ms<br/>run 01ARZ3NDEKTSV4RRFFQ69G5F01"]]:::succeeded
              n5>"go<br/>waits for signal:go · 1.0 s"]:::waiting
              n6{{"ok<br/>BLOCKED"}}:::blocked
            """,
            "  n1 -->|any| n4\n  n2 ==>|any| n4\n",
            "  n4 ==>|finished| n5\n",
            "  n5 --> n6\n",
            "  classDef waiting fill:#cffafe");
    assertThat(DotGraph.of(KINDS))
        .contains(
            "n4 [label=\"either\\nSUCCEEDED · 600 ms\\nrun 01ARZ3NDEKTSV4RRFFQ69G5F01\"",
            "shape=box3d]",
            "fillcolor=\"#cffafe\"",
            "n1 -> n4 [style=dashed, fontname=Helvetica, fontsize=10, label=\"any\"]",
            "n5 -> n6\n");
  }

  private static final String HOSTILE = "a\"];\n b -> c \\\" <script>#`end`\t{}|";

  @Test
  void namesOfAnyKindStayInsideTheirQuotes() {
    RunGraph graph = graph(1, RunState.RUNNING, step(HOSTILE, TaskState.PENDING, null, null));
    assertThat(MermaidGraph.of(graph).lines().filter(line -> line.startsWith("  n0")))
        .singleElement()
        .asString()
        .matches("  n0\\[\"[^\"<>`{}|]*<br/>PENDING\"\\]:::pending");
    assertThat(DotGraph.of(graph).lines().filter(line -> line.contains("n0")))
        .singleElement()
        .asString()
        .contains("label=\"a\\\"];\\n b -> c \\\\\\\" <script>#`end` {}|\\nPENDING\"");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 ms",
    "999, 999 ms",
    "1000, 1.0 s",
    "59999, 59.9 s",
    "60000, 1 m 0 s",
    "3599000, 59 m 59 s",
    "3600000, 1 h 0 m",
    "90000000, 25 h 0 m"
  })
  void timesAreAsExactAsTheEyeWants(long millis, String words) {
    assertThat(Paint.words(Duration.ofMillis(millis))).isEqualTo(words);
  }

  @Test
  void graphvizReadsWhatIsDrawn(@TempDir Path folder) throws Exception {
    assumeThat(Path.of("/usr/bin/dot")).exists();
    RunGraph hostile =
        graph(
            2000,
            RunState.FAILED,
            step(HOSTILE, TaskState.SUCCEEDED, 0, 100),
            step("ends\\", TaskState.FAILED, 100, 2000, HOSTILE),
            step("größe🙂", TaskState.CANCELLED, null, 2000, "ends\\"));
    assertThat(drawn(folder, hostile)).contains("größe🙂", "&lt;script&gt;", "ends\\");
    assertThat(drawn(folder, DONE)).contains("download", "1.1 s");
    assertThat(drawn(folder, KINDS)).contains("waits for signal:go", "finished");
  }

  private static String drawn(Path folder, RunGraph graph)
      throws IOException, InterruptedException {
    Path dot = Files.writeString(folder.resolve("run.dot"), DotGraph.of(graph));
    Path svg = folder.resolve("run.svg");
    Process process =
        new ProcessBuilder("/usr/bin/dot", "-Tsvg", "-o", svg.toString(), dot.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return Files.readString(svg);
  }
}
