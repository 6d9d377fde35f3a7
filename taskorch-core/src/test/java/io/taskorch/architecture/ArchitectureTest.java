package io.taskorch.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.taskorch.task.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Which way dependencies point in the core, and what it never does. */
class ArchitectureTest {

  /** What holds for every class of the core. */
  enum Rule {
    DEPENDENCIES_POINT_ONE_WAY(
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("nouns")
            .definedBy("io.taskorch.task..")
            .layer("rules")
            .definedBy(
                "io.taskorch.workflow..",
                "io.taskorch.schedule..",
                "io.taskorch.limit..",
                "io.taskorch.batch..",
                "io.taskorch.json..")
            .layer("ports")
            .definedBy("io.taskorch.store..")
            .layer("redis")
            .definedBy("io.taskorch.redis..")
            .layer("services")
            .definedBy(
                "io.taskorch.client..",
                "io.taskorch.worker..",
                "io.taskorch.shell..",
                "io.taskorch.upkeep..",
                "io.taskorch.observe..")
            .layer("front door")
            .definedBy("io.taskorch")
            .whereLayer("nouns")
            .mayNotAccessAnyLayer()
            .whereLayer("rules")
            .mayOnlyAccessLayers("nouns")
            .whereLayer("ports")
            .mayOnlyAccessLayers("nouns", "rules")
            .whereLayer("redis")
            .mayOnlyAccessLayers("nouns", "rules", "ports")
            .whereLayer("services")
            .mayOnlyAccessLayers("nouns", "rules", "ports")
            .ensureAllClassesAreContainedInArchitectureIgnoring(
                describe("other people's", c -> !c.getPackageName().startsWith("io.taskorch")))),

    PACKAGES_HAVE_NO_CYCLES(slices().matching("io.taskorch.(*)..").should().beFreeOfCycles()),

    ONLY_REDIS_KNOWS_REDISSON(
        noClasses()
            .that()
            .resideInAPackage("io.taskorch..")
            .and()
            .resideOutsideOfPackage("io.taskorch.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.redisson..")),

    THE_CORE_KNOWS_NO_FRAMEWORK(
        noClasses()
            .that()
            .resideInAPackage("io.taskorch..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micronaut..")),

    /** It pins a virtual thread to its carrier before JDK 24. */
    NO_METHOD_IS_SYNCHRONIZED(methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED)),

    /** What waits, waits for something, and can be woken. */
    NOTHING_SLEEPS(
        noClasses()
            .should()
            .accessTargetWhere(
                describe(
                    "it is Thread.sleep or TimeUnit.sleep",
                    (JavaAccess<?> access) ->
                        access.getTarget().getName().equals("sleep")
                            && Set.of(Thread.class.getName(), TimeUnit.class.getName())
                                .contains(access.getTargetOwner().getName())
                            && !MAY_PAUSE.contains(access.getOriginOwner().getName())))),

    NAMES_SAY_WHAT_THINGS_ARE(
        noClasses()
            .should()
            .haveNameMatching(".*[.$](Abstract\\w*|\\w+(Impl|Utils?|Manager|Helper))"));

    private final ArchRule rule;

    Rule(ArchRule rule) {
      this.rule = rule.allowEmptyShould(true);
    }
  }

  /** They pause between rounds on a thread that does nothing else. */
  private static final Set<String> MAY_PAUSE =
      Set.of(
          "io.taskorch.client.EndWatch",
          "io.taskorch.worker.NoteSender",
          "io.taskorch.worker.OutcomeBatcher");

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.taskorch");

  @ParameterizedTest
  @EnumSource(Rule.class)
  void theCoreKeepsTo(Rule rule) {
    assertThat(CORE.contain(TaskState.class)).isTrue();
    rule.rule.check(CORE);
  }

  /** ArchUnit sees methods only. */
  @Test
  void noBlockIsSynchronized() throws IOException {
    Path sources = Path.of(System.getProperty("basedir", "."), "src", "main", "java");
    try (Stream<Path> files = Files.walk(sources)) {
      assertThat(files.filter(file -> file.toString().endsWith(".java")))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(file).content().doesNotContainPattern(BLOCK));
    }
    assertThat("  synchronized (this) {").containsPattern(BLOCK);
  }

  private static final Pattern BLOCK = Pattern.compile("\\bsynchronized\\s*\\(");

  /** Rules that nobody breaks prove nothing: here somebody does. */
  @Nested
  class TheRules {

    @TempDir static Path folder;

    @BeforeAll
    static void compile() throws IOException {
      List<String> arguments =
          new ArrayList<>(List.of("-proc:none", "-cp", folder.toString(), "-d", folder.toString()));
      for (Source source : Stream.concat(RIGHT.stream(), WRONG.stream()).toList()) {
        Path file = folder.resolve(source.inPackage() + "." + source.name()).resolve(source.file());
        Files.createDirectories(file.getParent());
        arguments.add(Files.writeString(file, source.text()).toString());
      }
      JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
      assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void letPassWhatIsRight(Rule rule) {
      assertThat(violations(rule, file -> !file.contains("/Wrong"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void letPassACoreThatHasNoSuchPackagesYet(Rule rule) {
      assertThat(violations(rule, file -> file.contains("/Noun"))).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("io.taskorch.architecture.ArchitectureTest#WRONG")
    void refuseWhatIsWrong(Source wrong) {
      Pattern itself = Pattern.compile("/" + wrong.name() + "[.$]");
      assertThat(
              violations(
                  wrong.against(), file -> !file.contains("/Wrong") || itself.matcher(file).find()))
          .isNotEmpty()
          .allSatisfy(detail -> assertThat(detail).contains(wrong.name()));
    }

    @Test
    void areAllProvenToBite() {
      assertThat(WRONG).extracting(Source::against).contains(Rule.values());
    }

    private List<String> violations(Rule rule, Predicate<String> isMeant) {
      JavaClasses classes =
          new ClassFileImporter()
              .withImportOption(location -> isMeant.test(location.toString()))
              .importPath(folder);
      assertThat(classes).isNotEmpty();
      return rule.rule.evaluate(classes).getFailureReport().getDetails();
    }
  }

  /** A class that breaks a rule, or none. */
  record Source(@Nullable Rule against, String inPackage, String name, String body) {
    String file() {
      return name + ".java";
    }

    String text() {
      return "package " + inPackage + "; public class " + name + " { public " + body + " }";
    }
  }

  static final List<Source> RIGHT =
      List.of(
          right("org.redisson", "Redisson", "int x;"),
          right("io.micronaut", "Bean", "int x;"),
          right("io.taskorch.task", "Noun", "int x;"),
          right("io.taskorch.workflow", "Rules", "io.taskorch.task.Noun x;"),
          right("io.taskorch.store", "Port", "io.taskorch.workflow.Rules x;"),
          right("io.taskorch.redis", "Store", "io.taskorch.store.Port x; org.redisson.Redisson y;"),
          right("io.taskorch.client", "Client", "io.taskorch.store.Port x;"),
          right("io.taskorch.worker", "Worker", "io.taskorch.client.Client x;"),
          right("io.taskorch", "Door", "io.taskorch.redis.Store x; io.taskorch.worker.Worker y;"));

  static final List<Source> WRONG =
      List.of(
          wrong(1, Rule.DEPENDENCIES_POINT_ONE_WAY, "task", "io.taskorch.workflow.Rules x;"),
          wrong(2, Rule.DEPENDENCIES_POINT_ONE_WAY, "task", "io.taskorch.store.Port x;"),
          wrong(3, Rule.DEPENDENCIES_POINT_ONE_WAY, "limit", "io.taskorch.store.Port x;"),
          wrong(4, Rule.DEPENDENCIES_POINT_ONE_WAY, "store", "io.taskorch.client.Client x;"),
          wrong(5, Rule.DEPENDENCIES_POINT_ONE_WAY, "store", "io.taskorch.redis.Store x;"),
          wrong(6, Rule.DEPENDENCIES_POINT_ONE_WAY, "worker", "io.taskorch.redis.Store x;"),
          wrong(7, Rule.DEPENDENCIES_POINT_ONE_WAY, "redis", "io.taskorch.worker.Worker x;"),
          wrong(8, Rule.DEPENDENCIES_POINT_ONE_WAY, "upkeep", "io.taskorch.Door x;"),
          wrong(9, Rule.DEPENDENCIES_POINT_ONE_WAY, "elsewhere", "int x;"),
          wrong(10, Rule.PACKAGES_HAVE_NO_CYCLES, "client", "io.taskorch.worker.Worker x;"),
          wrong(11, Rule.ONLY_REDIS_KNOWS_REDISSON, "worker", "org.redisson.Redisson x;"),
          wrong(12, Rule.ONLY_REDIS_KNOWS_REDISSON, "store", "org.redisson.Redisson x;"),
          wrong(13, Rule.THE_CORE_KNOWS_NO_FRAMEWORK, "worker", "io.micronaut.Bean x;"),
          wrong(14, Rule.NO_METHOD_IS_SYNCHRONIZED, "worker", "synchronized void x() {}"),
          wrong(
              15,
              Rule.NOTHING_SLEEPS,
              "worker",
              "void x() throws Exception { Thread.sleep(java.time.Duration.ZERO); }"),
          wrong(
              16,
              Rule.NOTHING_SLEEPS,
              "worker",
              "void x() throws Exception { java.util.concurrent.TimeUnit.DAYS.sleep(1); }"),
          wrong(
              17,
              Rule.NOTHING_SLEEPS,
              "worker",
              "interface S { void s(long ms) throws Exception; } S x = Thread::sleep;"),
          wrong(18, Rule.NAMES_SAY_WHAT_THINGS_ARE, "task", "class AbstractTask {}"),
          wrong(19, Rule.NAMES_SAY_WHAT_THINGS_ARE, "task", "class TaskImpl {}"),
          wrong(20, Rule.NAMES_SAY_WHAT_THINGS_ARE, "task", "class TaskUtil {}"),
          wrong(21, Rule.NAMES_SAY_WHAT_THINGS_ARE, "task", "class TaskUtils {}"),
          wrong(22, Rule.NAMES_SAY_WHAT_THINGS_ARE, "task", "class TaskManager {}"),
          wrong(23, Rule.NAMES_SAY_WHAT_THINGS_ARE, "task", "class TaskHelper {}"));

  private static Source right(String inPackage, String name, String body) {
    return new Source(null, inPackage, name, body);
  }

  private static Source wrong(int number, Rule against, String inPackage, String body) {
    return new Source(against, "io.taskorch." + inPackage, "Wrong" + number, body);
  }
}
