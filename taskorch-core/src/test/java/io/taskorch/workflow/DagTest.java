package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DagTest {

  @Test
  void stepsThatCouldComeNextKeepTheCallersOrder() {
    Dag dag =
        dag(
            step("upload", "resize"),
            step("report"),
            step("resize", "download"),
            step("download"),
            step("clean", "report"));
    assertThat(names(dag)).containsExactly("report", "download", "resize", "upload", "clean");
  }

  @Test
  void anOrderThatIsTopologicalAlreadyStays() {
    Dag dag = dag(step("b"), step("a", "b"), step("d"), step("c", "b", "d"));
    assertThat(names(dag)).containsExactly("b", "a", "d", "c");
  }

  @Test
  void upstreamAndDownstreamArePlacesInTheOrder() {
    Dag dag = dag(step("d", "c", "b"), step("b", "a"), step("c", "a"), step("a"));
    assertThat(names(dag)).containsExactly("a", "b", "c", "d");
    assertThat(dag.upstream(0)).isEmpty();
    assertThat(dag.upstream(3)).containsExactly(2, 1);
    assertThat(dag.downstream(0)).containsExactly(1, 2);
    assertThat(dag.downstream(3)).isEmpty();
    assertThat(dag.place("c")).isEqualTo(2);
    assertThatThrownBy(() -> dag.place("e")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsHandedOutCannotChangeTheGraph() {
    Dag dag = dag(step("a"), step("b", "a"));
    dag.upstream(1)[0] = 1;
    dag.downstream(0)[0] = 0;
    assertThat(dag.upstream(1)).containsExactly(0);
    assertThat(dag.downstream(0)).containsExactly(1);
  }

  @Test
  void upstreamReachesThroughOthersButNotSidewaysOrBack() {
    Dag dag = dag(step("a"), step("b", "a"), step("c", "b"), step("x"), step("y", "x"));
    assertThat(dag.isUpstream(0, 2)).isTrue();
    assertThat(dag.isUpstream(2, 0)).isFalse();
    assertThat(dag.isUpstream(1, 1)).isFalse();
    assertThat(dag.isUpstream(0, 4)).isFalse();
  }

  @Test
  void aChainOfTenThousandStepsDoesNotOverflowTheStack() {
    List<Step> steps = chain(WorkflowDefinition.MOST_STEPS);
    Collections.reverse(steps);
    Dag dag = Dag.of(new WorkflowDefinition("chain", steps));
    assertThat(dag.steps()).isEqualTo(steps.reversed());
    assertThat(dag.isUpstream(0, 9_999)).isTrue();
  }

  @Test
  void aCycleOfTenThousandStepsIsRefusedWithoutOverflowAndNamedInShort() {
    List<Step> steps = chain(WorkflowDefinition.MOST_STEPS);
    steps.set(0, step("s0", "s9999"));
    assertThat(violations(steps))
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.pointer()).isEqualTo("/steps/0/dependencies/0");
              assertThat(violation.detail())
                  .startsWith("closes a cycle: s0 -> s1 -> ")
                  .contains(" -> (9951 more) -> ")
                  .endsWith(" -> s9999 -> s0")
                  .hasSizeLessThan(1_000);
            });
  }

  @Test
  void aCycleIsNamedFromItsFirstStepInTheOrderInWhichStepsWouldRun() {
    assertThat(
            violations(
                List.of(
                    step("start"),
                    step("a", "start", "c"),
                    step("b", "a"),
                    step("c", "b"),
                    step("end", "c"))))
        .containsExactly(
            new Violation("/steps/1/dependencies/1", "cycle", "closes a cycle: a -> b -> c -> a"));
  }

  @Test
  void aStepThatDependsOnItselfIsACycle() {
    assertThat(violations(List.of(step("a"), step("b", "a", "b"))))
        .containsExactly(
            new Violation("/steps/1/dependencies/1", "cycle", "closes a cycle: b -> b"));
  }

  @Property
  void everyStepComesAfterItsDependenciesAndBeforeNoneThatTheCallerHadFirst(
      @ForAll("acyclic") List<Step> steps) {
    Dag dag = Dag.of(new WorkflowDefinition("random", steps));

    assertThat(dag.steps()).containsExactlyInAnyOrderElementsOf(steps);
    Set<String> placed = new HashSet<>();
    for (Step step : dag.steps()) {
      Step firstFree =
          steps.stream()
              .filter(s -> !placed.contains(s.name()) && placed.containsAll(s.dependencies()))
              .findFirst()
              .orElseThrow();
      assertThat(step).isEqualTo(firstFree);
      placed.add(step.name());
    }
  }

  @Property
  void theIndexesSayWhatTheDependenciesSay(@ForAll("acyclic") List<Step> steps) {
    Dag dag = Dag.of(new WorkflowDefinition("random", steps));
    for (int i = 0; i < dag.size(); i++) {
      int place = i;
      assertThat(Arrays.stream(dag.upstream(i)).mapToObj(p -> dag.steps().get(p).name()))
          .containsExactlyElementsOf(dag.steps().get(i).dependencies());
      assertThat(dag.downstream(i))
          .containsExactly(
              IntStream.range(0, dag.size())
                  .filter(p -> Arrays.stream(dag.upstream(p)).anyMatch(u -> u == place))
                  .toArray());
      for (int j = 0; j < dag.size(); j++) {
        assertThat(dag.isUpstream(j, i)).isEqualTo(reaches(dag, j, i));
      }
    }
  }

  @Property
  void aPlantedCycleIsRefusedWithAPathThatIsACycle(
      @ForAll("acyclic") List<Step> acyclic, @ForAll Random random) {
    List<Step> steps = withCycle(acyclic, random);
    Map<String, Step> byName = steps.stream().collect(Collectors.toMap(Step::name, step -> step));

    Violation violation = violations(steps).getFirst();

    assertThat(violation.code()).isEqualTo("cycle");
    List<String> path = List.of(violation.detail().replace("closes a cycle: ", "").split(" -> "));
    assertThat(path).hasSizeGreaterThan(1);
    assertThat(path.getLast()).isEqualTo(path.getFirst());
    assertThat(path.subList(1, path.size())).doesNotHaveDuplicates();
    for (int i = 1; i < path.size(); i++) {
      assertThat(byName.get(path.get(i)).dependencies()).contains(path.get(i - 1));
    }
    String[] pointer = violation.pointer().split("/");
    Step closing = steps.get(Integer.parseInt(pointer[2]));
    assertThat(closing.name()).isEqualTo(path.getLast());
    assertThat(closing.dependencies().get(Integer.parseInt(pointer[4])))
        .isEqualTo(path.get(path.size() - 2));
  }

  /** Steps in any order, each depending on some of those before it in another order. */
  @Provide
  Arbitrary<List<Step>> acyclic() {
    return Arbitraries.randoms().map(DagTest::randomSteps);
  }

  private static List<Step> randomSteps(Random random) {
    int size = 1 + random.nextInt(25);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<String> before =
          steps.stream().map(Step::name).filter(name -> random.nextInt(4) == 0).toList();
      steps.add(new Step("s" + random.nextInt(100) + "-" + i, TaskSpec.of("work"), before));
    }
    Collections.shuffle(steps, random);
    return steps;
  }

  /** The same steps with a cycle of one to five of them. */
  private static List<Step> withCycle(List<Step> acyclic, Random random) {
    List<Integer> members =
        IntStream.range(0, acyclic.size()).boxed().collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(members, random);
    List<Step> steps = new ArrayList<>(acyclic);
    int length = Math.min(1 + random.nextInt(5), members.size());
    for (int i = 0; i < length; i++) {
      Step step = steps.get(members.get(i));
      String before = steps.get(members.get((i + 1) % length)).name();
      Set<String> dependencies = new HashSet<>(step.dependencies());
      dependencies.add(before);
      steps.set(members.get(i), new Step(step.name(), step.task(), List.copyOf(dependencies)));
    }
    return steps;
  }

  private static boolean reaches(Dag dag, int before, int place) {
    return Arrays.stream(dag.upstream(place)).anyMatch(u -> u == before || reaches(dag, before, u));
  }

  private static List<Step> chain(int size) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      steps.add(i == 0 ? step("s0") : step("s" + i, "s" + (i - 1)));
    }
    return steps;
  }

  private static Dag dag(Step... steps) {
    return Dag.of(new WorkflowDefinition("test", List.of(steps)));
  }

  private static List<String> names(Dag dag) {
    return dag.steps().stream().map(Step::name).toList();
  }

  private static Step step(String name, String... dependencies) {
    return new Step(name, TaskSpec.of("work"), List.of(dependencies));
  }

  private static List<Violation> violations(List<Step> steps) {
    return catchThrowableOfType(
            InvalidTaskException.class, () -> new WorkflowDefinition("test", steps))
        .violations();
  }
}
