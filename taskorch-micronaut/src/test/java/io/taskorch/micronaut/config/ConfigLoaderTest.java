package io.taskorch.micronaut.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.limit.DeclaredLimits;
import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.OnLimit;
import io.taskorch.limit.QueueLimits;
import io.taskorch.limit.RateLimit;
import io.taskorch.micronaut.config.ConfigLoader.Loaded;
import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.Target;
import io.taskorch.shell.ShellOptions;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import io.taskorch.worker.WorkerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {

  /** Every key, a value that is not its default, and one that cannot be. */
  private static final Map<String, String[]> SAMPLES =
      new TreeMap<>(
          Map.ofEntries(
              sample("redis.addr", "redis:6380", "nowhere"),
              sample("redis.username", "app", null),
              sample("redis.password", "a secret", null),
              sample("redis.db", "3", "-1"),
              sample("redis.tls", "true", "yes"),
              sample("redis.ca", "pom.xml", "/no/such/file"),
              sample("redis.allow_eviction", "true", "1"),
              sample("redis.mode", "cluster", "ring"),
              sample("redis.namespace", "other", "no{braces}"),
              sample("redis.partitions", "16", "1025"),
              sample("server.host", "localhost", "no host"),
              sample("server.port", "18080", "65536"),
              sample("server.graceful_shutdown_timeout", "5s", "soon"),
              sample("server.allowed_origins", "https://a.example", "a.example"),
              sample("worker.pool", "gpu", "a pool"),
              sample("worker.concurrency", "64", "0"),
              sample("worker.queues", "a,b", "a,a"),
              sample("worker.labels", "gpu,region=eu", "region="),
              sample("worker.priority", "strict", "fair"),
              sample("worker.poll_interval", "100ms", "1ms"),
              sample("worker.lease", "PT1M", "999ms"),
              sample("worker.retry_policy.initial_delay", "2s", "-2s"),
              sample("worker.retry_policy.max_delay", "2h", "2"),
              sample("worker.retry_policy.max_attempts", "7", "7.5"),
              sample("worker.shell.mode", "any", "named"),
              sample("worker.shell.work_dir", "/srv/work", " "),
              sample("worker.shell.env", "CI,LC_ALL", "A B"),
              sample("worker.shell.max_output", "64KiB", "1MB"),
              sample("scheduler.tick", "50ms", "2s"),
              sample("scheduler.no_handler_grace", "10s", "9999999999999999999s"),
              sample("metrics.enabled", "false", "off"),
              sample("metrics.port", "0", "http"),
              sample("tracing.otlp_endpoint", "http://collector:4317", null),
              sample("logging.level", "debug", "verbose"),
              sample("logging.format", "json", "xml"),
              sample("auth.allow_open", "true", ""),
              sample("tracing.enabled", null, "true"),
              sample("auth.enabled", null, "true"),
              sample("auth.bootstrap_key_file", null, "pom.xml")));

  @TempDir private Path folder;

  private static Map.Entry<String, String[]> sample(String key, String good, String bad) {
    return Map.entry(key, new String[] {good, bad});
  }

  static Stream<String> keys() {
    return SAMPLES.keySet().stream();
  }

  static Stream<String> settableKeys() {
    return SAMPLES.entrySet().stream().filter(e -> e.getValue()[0] != null).map(Map.Entry::getKey);
  }

  static Stream<String> refusableKeys() {
    return SAMPLES.entrySet().stream().filter(e -> e.getValue()[1] != null).map(Map.Entry::getKey);
  }

  private static Loaded environment(App app, String... namesAndValues) {
    return ConfigLoader.of(app).environment(map(namesAndValues)).load();
  }

  private static Map<String, String> map(String... keysAndValues) {
    Map<String, String> map = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  private Path write(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", lines));
  }

  private static List<String> errorsOf(ConfigLoader loader) {
    try {
      loader.load();
      return List.of();
    } catch (ConfigException e) {
      return e.errors();
    }
  }

  private List<String> errorsOfFile(String... lines) throws IOException {
    return errorsOf(ConfigLoader.of(App.API).file(write("app.yaml", lines))).stream()
        .map(line -> line.replace(folder + "/", ""))
        .toList();
  }

  @Nested
  class Keys {

    @Test
    void areThoseOfTheContract() {
      assertThat(ConfigLoader.keys(App.API))
          .containsExactly(
              "redis.addr",
              "redis.username",
              "redis.password",
              "redis.db",
              "redis.tls",
              "redis.ca",
              "redis.allow_eviction",
              "redis.mode",
              "redis.namespace",
              "redis.partitions",
              "server.host",
              "server.port",
              "server.graceful_shutdown_timeout",
              "server.allowed_origins",
              "worker.pool",
              "worker.concurrency",
              "worker.queues",
              "worker.labels",
              "worker.priority",
              "worker.poll_interval",
              "worker.lease",
              "worker.retry_policy.initial_delay",
              "worker.retry_policy.max_delay",
              "worker.retry_policy.max_attempts",
              "worker.shell.mode",
              "worker.shell.work_dir",
              "worker.shell.env",
              "worker.shell.max_output",
              "scheduler.tick",
              "scheduler.no_handler_grace",
              "metrics.enabled",
              "metrics.port",
              "tracing.enabled",
              "tracing.otlp_endpoint",
              "logging.level",
              "logging.format",
              "auth.enabled",
              "auth.allow_open",
              "auth.bootstrap_key_file");
      assertThat(SAMPLES.keySet()).isEqualTo(ConfigLoader.keys(App.API));
    }

    @Test
    void standInTheRecordsUnderTheSameNames() {
      assertThat(componentsOf("", TaskorchConfig.class)).isEqualTo(ConfigLoader.keys(App.API));
    }

    private static Set<String> componentsOf(String prefix, Class<?> type) {
      return Stream.of(type.getRecordComponents())
          .filter(component -> component.getType() != Map.class) // its keys are the user's
          .flatMap(
              component -> {
                String key =
                    prefix + component.getName().replaceAll("([A-Z])", "_$1").toLowerCase();
                return component.getType().isRecord()
                    ? componentsOf(key + ".", component.getType()).stream()
                    : Stream.of(key);
              })
          .collect(Collectors.toSet());
    }
  }

  @Nested
  class Defaults {

    @ParameterizedTest
    @CsvSource({"API, 8080, 9090", "WORKER, 8081, 9091", "SCHEDULER, 8082, 9092"})
    void areThoseOfTheContract(App app, int port, int metricsPort) {
      TaskorchConfig config = environment(app).config();
      assertThat(config.redis().addr()).containsExactly("localhost:6379");
      assertThat(config.redis().mode()).isEqualTo(io.taskorch.Taskorch.Mode.SINGLE);
      assertThat(config.redis().namespace()).isEqualTo("taskorch");
      assertThat(config.redis().partitions()).isEqualTo(1);
      assertThat(config.server())
          .isEqualTo(new ServerConfig("127.0.0.1", port, Duration.ofSeconds(30), List.of()));
      assertThat(config.worker().options(Duration.ofSeconds(30))).isEqualTo(WorkerOptions.DEFAULT);
      assertThat(config.scheduler())
          .isEqualTo(new SchedulerConfig(Duration.ofMillis(250), Duration.ofMinutes(5), Map.of()));
      assertThat(config.metrics()).isEqualTo(new MetricsConfig(true, metricsPort));
      assertThat(config.logging())
          .isEqualTo(new LoggingConfig(LoggingConfig.Level.INFO, LoggingConfig.Format.TEXT));
      assertThat(config.auth()).isEqualTo(new AuthConfig(false, false, ""));
    }

    @ParameterizedTest
    @EnumSource(App.class)
    void areWhatTheShippedFilesSay(App app) {
      Path file = Path.of("../config", app.name().toLowerCase() + ".yaml");
      assertThat(ConfigLoader.of(app).file(file).load()).isEqualTo(environment(app));
    }

    @Test
    void ofDevelopmentDifferInTwoValues() {
      assertThat(ConfigLoader.of(App.API).file(Path.of("../config/local.yaml")).load())
          .isEqualTo(
              environment(
                  App.API,
                  "TASKORCH_METRICS_PORT",
                  "0",
                  "TASKORCH_SCHEDULER_NO_HANDLER_GRACE",
                  "5s"));
    }

    @Test
    void standInAFileWhoseLinesAreAllCommentedOut() throws IOException {
      Path file = write("app.yaml", "# nothing", "worker:", "#  concurrency: 3");
      assertThat(ConfigLoader.of(App.API).file(file).load()).isEqualTo(environment(App.API));
      assertThat(ConfigLoader.of(App.API).file(write("app.yaml", "")).load())
          .isEqualTo(environment(App.API));
    }
  }

  @Nested
  class DeclaredSchedules {

    private Collection<Schedule> read(String... lines) throws IOException {
      return ConfigLoader.of(App.SCHEDULER)
          .file(write("scheduler.yaml", lines))
          .load()
          .config()
          .scheduler()
          .schedules()
          .values();
    }

    @Test
    void areReadWithAllTheirFields() throws IOException {
      assertThat(
              read(
                  "scheduler:",
                  "  schedules:",
                  "    short: {every: 15m, task: {type: a}}",
                  "    long:",
                  "      cron: '0 3 * * 1-5'",
                  "      time_zone: Europe/Berlin",
                  "      misfire: all",
                  "      misfire_limit: 3",
                  "      overlap: queue_one",
                  "      jitter: 30s",
                  "      starts_at: 2030-01-01T00:00:00Z",
                  "      ends_at: 2031-01-01T00:00:00Z",
                  "      exclude_dates: [2030-12-25, 2030-12-26]",
                  "      pause_after_failures: 2",
                  "      task:",
                  "        type: report",
                  "        payload: '{\"a\": 1}'",
                  "        queue: reports",
                  "        priority: low",
                  "        timeout: 5m",
                  "        retention: 1h",
                  "        tags: [x, y]",
                  "        retry_policy: {max_attempts: 5, delay: 2s, max_delay: 1h}"))
          .containsExactlyInAnyOrder(
              Schedule.builder("short")
                  .every(Duration.ofMinutes(15))
                  .task(TaskSpec.of("a"))
                  .build(),
              Schedule.builder("long")
                  .cron("0 3 * * 1-5")
                  .timeZone("Europe/Berlin")
                  .misfire(Misfire.ALL)
                  .misfireLimit(3)
                  .overlap(Overlap.QUEUE_ONE)
                  .jitter(Duration.ofSeconds(30))
                  .startsAt(Instant.parse("2030-01-01T00:00:00Z"))
                  .endsAt(Instant.parse("2031-01-01T00:00:00Z"))
                  .excludeDates(Set.of(LocalDate.of(2030, 12, 25), LocalDate.of(2030, 12, 26)))
                  .pauseAfterFailures(2)
                  .task(
                      TaskSpec.builder("report")
                          .payload(Json.of("{\"a\": 1}"))
                          .queue("reports")
                          .priority(Priority.LOW)
                          .timeout(Duration.ofMinutes(5))
                          .retention(Duration.ofHours(1))
                          .tags(List.of("x", "y"))
                          .retryPolicy(
                              new RetryPolicy(
                                  5,
                                  Duration.ofSeconds(2),
                                  RetryPolicy.DEFAULT.backoff(),
                                  RetryPolicy.DEFAULT.multiplier(),
                                  Duration.ofHours(1),
                                  RetryPolicy.DEFAULT.jitter()))
                          .build())
                  .build());
    }

    @Test
    void mayStartWorkflows() throws IOException {
      assertThat(
              read(
                  "scheduler:",
                  "  schedules:",
                  "    a: {every: 15m, workflow: {workflow: nightly}}",
                  "    b: {every: 15m, workflow: {workflow: nightly, version: 2, input: '[1]'}}"))
          .extracting(Schedule::target)
          .containsExactlyInAnyOrder(
              new Target.OfWorkflow("nightly", null, Json.NULL),
              new Target.OfWorkflow("nightly", 2, Json.of("[1]")));
    }

    @Test
    void thatCannotBeStopTheStartWithALineForEachMistake() {
      assertThatThrownBy(
              () ->
                  read(
                      "scheduler:",
                      "  schedules:",
                      "    a: {cron: '0 0 30 2 *', colour: red, task: {type: t}}",
                      "    b: {every: 1m, jitter: 5m, task: {type: 't t'}}",
                      "    c: {cron: '@daily', starts_at: soon, task: {type: t, payload: '{'}}",
                      "    d: {cron: '@daily'}",
                      "    e: {cron: '@daily', workflow: {workflow: w, version: 0, input: '{'}}",
                      "    f: {cron: '@daily', workflow: {workflow: w}, task: {type: t}}"))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll(
              "3: scheduler.schedules.a.cron names a day that no year has",
              "3: scheduler.schedules.a.colour is not a key",
              "4: scheduler.schedules.b.task.type is not",
              "5: scheduler.schedules.c.starts_at is not an instant",
              "5: scheduler.schedules.c.task.payload is not JSON",
              "scheduler.schedules.d.task.type is not",
              "7: scheduler.schedules.e.workflow.version is not a whole number",
              "7: scheduler.schedules.e.workflow.input is not JSON",
              "scheduler.schedules.f.workflow excludes task");
    }
  }

  @Nested
  class DeclaredLimitsOfAFile {

    private DeclaredLimits read(String... lines) throws IOException {
      return ConfigLoader.of(App.SCHEDULER)
          .file(write("scheduler.yaml", lines))
          .load()
          .config()
          .limits();
    }

    @Test
    void areReadWithAllTheirFields() throws IOException {
      RateLimit rate = new RateLimit(100, Duration.ofMinutes(1), 20);
      assertThat(
              read(
                  "queues:",
                  "  images:",
                  "    rate: {limit: 100, per: 1m, burst: 20}",
                  "    concurrency: 10",
                  "    on_limit: cancel_oldest",
                  "    per_group:",
                  "      rate: {limit: 5, per: PT1S}",
                  "      concurrency: 2",
                  "      max_waiting: 1000",
                  "      weights: {tenant-7: 3, tenant-8: 100}",
                  "  mail: {per_group: {concurrency: 1}}",
                  "limits:",
                  "  partner-api: {rate: {limit: 100, per: 1m, burst: 20}, on_limit: drop_new}",
                  "  imports: {concurrency: 1}"))
          .isEqualTo(
              new DeclaredLimits(
                  Map.of(
                      "images",
                      new QueueLimits(
                          new Limits(rate, 10, OnLimit.CANCEL_OLDEST),
                          new GroupLimits(
                              RateLimit.of(5, Duration.ofSeconds(1)),
                              2,
                              1000,
                              Map.of("tenant-7", 3, "tenant-8", 100))),
                      "mail",
                      QueueLimits.of(new GroupLimits(null, 1, null, Map.of()))),
                  Map.of(
                      "partner-api",
                      new Limits(rate, null, OnLimit.DROP_NEW),
                      "imports",
                      Limits.ofConcurrency(1))));
    }

    @Test
    void areNoneUnlessSaid() throws IOException {
      assertThat(read("queues: {}", "limits: {}")).isEqualTo(DeclaredLimits.NONE);
      assertThat(read("")).isEqualTo(DeclaredLimits.NONE);
    }

    @Test
    void thatCannotBeStopTheStartWithALineForEachMistake() throws IOException {
      assertThat(
              errorsOf(
                  ConfigLoader.of(App.SCHEDULER)
                      .file(
                          write(
                              "scheduler.yaml",
                              "queues:",
                              "  a: {rate: {limit: 0, per: 1s}}",
                              "  b: {rate: {limit: 5}, colour: red}",
                              "  c: {concurrency: many, per_group: {weights: {x: 101}}}",
                              "  d: {}",
                              "  e: {on_limit: wait, per_group: {max_waiting: 0}}",
                              "  _f: {concurrency: 1}",
                              "limits:",
                              "  a: {rate: {limit: 5, per: 730d}}",
                              "  b: {rate: {limit: 5, per: 1s}, on_limit: cancel_oldest}",
                              "  c: {per_group: {concurrency: 1}, concurrency: 1}",
                              "  d: {on_limit: drop_new}",
                              "  e: {rate: {limit: 1001, per: 1ms}}"))))
          .satisfiesExactlyInAnyOrder(
              e -> assertThat(e).contains(":2: queues.a.rate.limit is not a whole number"),
              e -> assertThat(e).contains("queues.b.rate.per is missing"),
              e -> assertThat(e).contains(":3: queues.b.colour is not a key"),
              e -> assertThat(e).contains(":4: queues.c.concurrency is not a whole number"),
              e -> assertThat(e).contains(":4: queues.c.per_group.weights.x is not a whole"),
              e -> assertThat(e).contains("queues.d has none of rate, concurrency"),
              e -> assertThat(e).contains(":6: queues.e.on_limit needs a rate or a concurrency"),
              e -> assertThat(e).contains(":6: queues.e.per_group.max_waiting is not a whole"),
              e -> assertThat(e).contains("queues._f is not a name"),
              e -> assertThat(e).contains(":9: limits.a.rate.per is not between 1ms and 1d"),
              e -> assertThat(e).contains(":10: limits.b.on_limit needs a concurrency"),
              e -> assertThat(e).contains(":11: limits.c.per_group.concurrency is not a key"),
              e -> assertThat(e).contains("limits.d has neither a rate nor a concurrency"),
              e ->
                  assertThat(e).contains(":13: limits.e.rate.limit is more than 1000000 a second"));
    }
  }

  @Nested
  class Overriding {

    @ParameterizedTest
    @MethodSource("io.taskorch.micronaut.config.ConfigLoaderTest#settableKeys")
    void anyKeySaysTheSameAsTheFile(String key) throws IOException {
      String value = SAMPLES.get(key)[0];
      Loaded byVariable = environment(App.API, Variables.nameOf(key), value);
      Loaded byFile = ConfigLoader.of(App.API).file(fileWith(key, value)).load();
      Loaded byProgram = ConfigLoader.of(App.API).overrides(Map.of(key, value)).load();
      Loaded byProperties =
          ConfigLoader.of(App.API).load(asked -> asked.equals(key) ? value : null);

      assertThat(byVariable.config()).isNotEqualTo(environment(App.API).config());
      assertThat(byVariable.warnings()).isEmpty();
      assertThat(List.of(byFile, byProgram, byProperties)).containsOnly(byVariable);
    }

    @ParameterizedTest
    @MethodSource("io.taskorch.micronaut.config.ConfigLoaderTest#settableKeys")
    void anyKeyByAFileThatHoldsTheValue(String key) throws IOException {
      String value = SAMPLES.get(key)[0];
      Path secret = write("secret", value + "\n");
      assertThat(environment(App.API, Variables.nameOf(key) + "_FILE", secret.toString()))
          .isEqualTo(environment(App.API, Variables.nameOf(key), value));
    }

    private Path fileWith(String key, String value) throws IOException {
      StringBuilder text = new StringBuilder();
      String[] path = key.split("\\.");
      for (int i = 0; i < path.length; i++) {
        text.append("  ".repeat(i)).append(path[i]).append(": ");
        text.append(i == path.length - 1 ? '"' + value + '"' : "\n");
      }
      return write("one.yaml", text.toString());
    }

    @Test
    void theEnvironmentWinsOverDotEnvAndThatOverTheFile() throws IOException {
      Path file = write("app.yaml", "worker: {concurrency: 1, pool: file, lease: 11s}");
      write(".env", "TASKORCH_WORKER_CONCURRENCY=2", "export TASKORCH_WORKER_POOL='dot'", "#x", "");
      WorkerConfig worker =
          ConfigLoader.of(App.WORKER)
              .file(file)
              .environment(Map.of("TASKORCH_WORKER_CONCURRENCY", "3"))
              .load()
              .config()
              .worker();
      assertThat(worker.concurrency()).isEqualTo(3);
      assertThat(worker.pool()).isEqualTo("dot");
      assertThat(worker.lease()).isEqualTo(Duration.ofSeconds(11));
    }

    @Test
    void theProgramWinsOverTheEnvironment() {
      Loaded loaded =
          ConfigLoader.of(App.API)
              .environment(Map.of("TASKORCH_SERVER_PORT", "1"))
              .overrides(Map.of("server.port", "2"))
              .load();
      assertThat(loaded.config().server().port()).isEqualTo(2);
    }

    @Test
    void listsGoByComma() throws IOException {
      assertThat(
              environment(App.WORKER, "TASKORCH_WORKER_QUEUES", " a , b")
                  .config()
                  .worker()
                  .queues())
          .containsExactly("a", "b");
      assertThat(environment(App.WORKER, "TASKORCH_WORKER_QUEUES", "").config().worker().queues())
          .isEmpty();
      Path file = write("app.yaml", "redis:", "  mode: cluster", "  addr: [a:1, 'b:2']");
      assertThat(ConfigLoader.of(App.API).file(file).load().config().redis().addr())
          .containsExactly("a:1", "b:2");
    }

    @Test
    void aPasswordIsReadFromItsFileWithoutTheEndOfItsLine() throws IOException {
      Path secret = write("password", " s3cret \r\n");
      assertThat(
              environment(App.API, "TASKORCH_REDIS_PASSWORD_FILE", secret.toString())
                  .config()
                  .redis()
                  .password())
          .isEqualTo(" s3cret ");
    }

    @Test
    void aPasswordIsNeverPrinted() {
      assertThat(environment(App.API, "TASKORCH_REDIS_PASSWORD", "s3cret").toString())
          .doesNotContain("s3cret");
    }

    @Test
    void anUnknownVariableIsWarnedAbout() {
      Loaded loaded =
          environment(
              App.API,
              "TASKORCH_API_SERVICE_HOST",
              "10.0.0.1",
              "TASKORCH_TEST_REDIS_ADDR",
              "x",
              "PATH",
              "/bin");
      assertThat(loaded.warnings())
          .containsExactly("environment: TASKORCH_API_SERVICE_HOST is not a setting that there is");
    }
  }

  @Nested
  class Commands {

    @Test
    void comeFromAFileByNamesOfTheUsersChoice() throws IOException {
      Path file =
          write(
              "app.yaml",
              "worker:",
              "  shell:",
              "    mode: named",
              "    commands: {build: [make, -j4, 'a, b', 'a, b'], back-up: [/bin/cp, a, b]}",
              "    max_output: 2GiB");
      assertThat(errorsOf(ConfigLoader.of(App.WORKER).file(file)))
          .containsExactly(file + ":5: worker.shell.max_output is not from 1024 to 1073741824");
      write(
          "app.yaml",
          "worker:",
          "  shell:",
          "    mode: named",
          "    commands: {build: [make, -j4, 'a, b', 'a, b'], back-up: [/bin/cp, a, b]}",
          "    max_output: 4096");
      assertThat(ConfigLoader.of(App.WORKER).file(file).load().config().worker().shell())
          .isEqualTo(
              new ShellConfig(
                  ShellOptions.Mode.NAMED,
                  Map.of(
                      "build", List.of("make", "-j4", "a, b", "a, b"),
                      "back-up", List.of("/bin/cp", "a", "b")),
                  "taskorch-work",
                  List.of(),
                  4096));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "commands: make",
          "commands: [make]",
          "commands: {a: make}",
          "commands: {a: []}",
          "commands: {a: ['']}",
          "commands: {a: [./make]}",
          "commands: {a: {b: [make]}}",
          "commands: {_a: [make]}",
          "mode: named",
          "work_dir: ''",
        })
    void refuseWhatCannotRun(String shell) throws IOException {
      assertThat(errorsOfFile("worker: {shell: {" + shell + "}}"))
          .singleElement()
          .asString()
          .startsWith("app.yaml:1: worker.shell.");
    }
  }

  @Nested
  class Refusing {

    @ParameterizedTest
    @MethodSource("io.taskorch.micronaut.config.ConfigLoaderTest#refusableKeys")
    void aValueThatCannotBeNamesItsVariable(String key) {
      String value = SAMPLES.get(key)[1];
      String name = Variables.nameOf(key);
      assertThat(errorsOf(ConfigLoader.of(App.API).environment(Map.of(name, value))))
          .singleElement()
          .asString()
          .startsWith("environment: " + name + " ")
          .doesNotContain(value.length() > 4 ? value : "never");
    }

    @Test
    void tellsEverythingAtOnceWithLineAndKey() throws IOException {
      assertThat(
              errorsOfFile(
                  "redis:",
                  "  adr: localhost:6379",
                  "  db: many",
                  "server: 8080",
                  "worker:",
                  "  concurrency: 0",
                  "  retry_policy: {max_attempts: [1]}",
                  "  lease:",
                  "metrics: {port: {}}",
                  "colour: blue"))
          .containsExactlyInAnyOrder(
              "app.yaml:2: redis.adr is not a key that there is",
              "app.yaml:3: redis.db is not a whole number from 0 to 16383",
              "app.yaml:4: server is a section, not a value",
              "app.yaml:6: worker.concurrency is not a whole number from 1 to 100000",
              "app.yaml:7: worker.retry_policy.max_attempts is a list, not one value",
              "app.yaml:8: worker.lease has no value; write \"\" for an empty one",
              "app.yaml:9: metrics.port has no value; write \"\" for an empty one",
              "app.yaml:10: colour is not a key that there is");
    }

    @Test
    void aBadValueAlsoWhereAnotherSourceWins() throws IOException {
      Path file = write("app.yaml", "worker: {concurrency: none}");
      assertThat(
              errorsOf(
                  ConfigLoader.of(App.API)
                      .file(file)
                      .environment(Map.of("TASKORCH_WORKER_CONCURRENCY", "3"))))
          .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "redis: {db: 0x1}",
          "redis: {db: 1_0}",
          "redis: {tls: yes}",
          "redis: {tls: True}",
          "redis: {addr: []}",
          "redis: {addr: [[a]]}",
          "redis: {addr: 'a:0'}",
          "redis: {addr: 'http://a:1'}",
          "redis: {addr: [a:1, b:2]}",
          "redis: {mode: cluster, db: 1}",
          "worker: {queues: [a, ~]}",
          "worker: &w {pool: a}",
          "worker: {lease: 30}",
          "worker: {pool: a, pool: b}",
          "? [a]\n: b",
          "redis.db: 1",
          "- redis",
          "just text",
          "a: b: c",
          "a: 1\n---\nb: 2",
          "server: {allowed_origins: ['*']}",
          "server: {allowed_origins: ['https://a.example/path']}",
        })
    void aFileThatIsNotPlainKeysAndValues(String text) throws IOException {
      assertThat(errorsOfFile(text))
          .hasSize(1)
          .allMatch(
              line ->
                  line.startsWith("app.yaml:1: ")
                      || line.startsWith("app.yaml:2: ")
                      || line.startsWith("app.yaml: "));
    }

    @Test
    void aFileThatIsNotThereOrNotText() throws IOException {
      assertThat(errorsOf(ConfigLoader.of(App.API).file(folder.resolve("none.yaml"))))
          .containsExactly(folder.resolve("none.yaml") + ": there is no such file");
      Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0});
      assertThat(errorsOf(ConfigLoader.of(App.API).file(binary))).hasSize(1);
      assertThat(errorsOf(ConfigLoader.of(App.API).file(folder))).hasSize(1);
    }

    @Test
    void aSecretGivenTwiceOrUnreadable() throws IOException {
      Path secret = write("secret", "x");
      assertThat(
              errorsOf(
                  ConfigLoader.of(App.API)
                      .environment(
                          Map.of(
                              "TASKORCH_REDIS_PASSWORD",
                              "x",
                              "TASKORCH_REDIS_PASSWORD_FILE",
                              secret.toString()))))
          .containsExactly(
              "environment: TASKORCH_REDIS_PASSWORD_FILE is set, and TASKORCH_REDIS_PASSWORD too");
      assertThat(
              errorsOf(
                  ConfigLoader.of(App.API)
                      .environment(Map.of("TASKORCH_REDIS_PASSWORD_FILE", "/no/such/file"))))
          .containsExactly(
              "environment: TASKORCH_REDIS_PASSWORD_FILE does not name a readable file");
    }

    @Test
    void aDotEnvLineThatIsNoAssignment() throws IOException {
      write(".env", "TASKORCH_WORKER_POOL");
      Path file = write("app.yaml", "");
      assertThat(errorsOf(ConfigLoader.of(App.API).file(file)))
          .containsExactly(folder.resolve(".env") + ":1: is not NAME=value");
    }

    @Test
    void aBindThatOthersCanReachUnlessThatIsAccepted() {
      assertThatThrownBy(() -> environment(App.API, "TASKORCH_SERVER_HOST", "0.0.0.0"))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("environment: TASKORCH_SERVER_HOST")
          .hasMessageContaining("auth.allow_open");
      assertThat(
              environment(
                      App.API,
                      "TASKORCH_SERVER_HOST",
                      "0.0.0.0",
                      "TASKORCH_AUTH_ALLOW_OPEN",
                      "true")
                  .warnings())
          .singleElement()
          .asString()
          .contains("reachable from other machines");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.0.0.9"})
    void noLoopbackBind(String host) {
      assertThat(environment(App.API, "TASKORCH_SERVER_HOST", host).warnings()).isEmpty();
    }

    @Test
    void anUnknownKeyOfTheProgram() {
      assertThat(errorsOf(ConfigLoader.of(App.API).overrides(Map.of("server.prt", "1"))))
          .containsExactly("command line: server.prt is not a key that there is");
    }
  }
}
