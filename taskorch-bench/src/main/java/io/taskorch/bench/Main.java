package io.taskorch.bench;

import io.taskorch.testing.EmbeddedRedis;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Runs the benchmarks, prints a table, and writes and compares what it is asked to. */
public final class Main {

  /** What the arguments may be. */
  public static final String USAGE =
      "[--only NAME,...] [--runs N] [--tasks N] [--json FILE] [--check FILE] [--doc FOLDER]";

  /** What the arguments mean, and which benchmarks there are, in lines. */
  public static List<String> help() {
    List<String> lines = new ArrayList<>();
    lines.add("      --only NAME,...  these, and the ceiling beside them");
    lines.add("      --runs N         rounds that count; " + Options.DEFAULT.runs());
    lines.add("      --tasks N        of the larger benchmarks; " + Options.DEFAULT.tasks());
    lines.add("      --json FILE      writes the figures for programs");
    lines.add("      --check FILE     compares with what --json wrote before; exits 1 if a figure");
    lines.add("                         fell by more than a tenth");
    lines.add("      --doc FOLDER     writes figures.md and figures.svg");
    lines.add("");
    lines.add("Benchmarks:");
    for (Benchmark benchmark : Suite.everything(Options.DEFAULT.tasks())) {
      lines.add(
          String.format(Locale.ROOT, "  %-11s %s", benchmark.name(), benchmark.description()));
    }
    lines.add("");
    lines.add(
        "They start a Redis: redis-server, if it is installed and 7.0 or newer, else the one");
    lines.add("that comes along. Or they run on the one at " + ADDRESS + ", which must be on");
    lines.add("this machine and hold nothing: they empty it.");
    return lines;
  }

  /** The property that names the logging settings; read by what logs, before its first line. */
  static final String LOGGING = "logback.configurationFile";

  private static final String ADDRESS = "TASKORCH_REDIS_ADDR";

  private Main() {}

  /** See {@link #run}. */
  public static void main(String[] args) throws InterruptedException, IOException {
    System.exit(run(args, System.getenv(ADDRESS), System.out, System.err));
  }

  /**
   * Runs the benchmarks.
   *
   * @param redis the address of a Redis on loopback that holds nothing; null to start one
   * @return the exit code: 0, 1 when figures fell against the baseline, 2 when the arguments are
   *     wrong
   */
  static int run(String[] args, @Nullable String redis, PrintStream out, PrintStream err)
      throws InterruptedException, IOException {
    if (System.getProperty(LOGGING) == null) {
      System.setProperty(LOGGING, "io/taskorch/bench/logback.xml");
    }
    try {
      Options options = Options.parse(args);
      Suite suite = new Suite(Suite.everything(options.tasks()), options.only());
      Report baseline = options.check() == null ? null : JsonReport.read(options.check());
      Report report =
          redis == null ? onOwn(options, suite, err) : on(uri(redis), options, suite, err);
      TextTable.print(report, out);
      return write(report, options, baseline, out);
    } catch (UsageException e) {
      err.println("taskorch: " + e.getMessage());
      return 2;
    }
  }

  private static Report onOwn(Options options, Suite suite, PrintStream err)
      throws InterruptedException {
    boolean unused = EmbeddedRedis.preferInstalled();
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      return measured(redis.uri(), options, suite, err);
    }
  }

  private static Report on(URI redis, Options options, Suite suite, PrintStream err)
      throws InterruptedException, UsageException {
    try (RedisProbe probe = new RedisProbe(redis)) {
      if (probe.holdsKeys()) {
        throw new UsageException(
            ADDRESS + ": that Redis holds keys, and the benchmarks empty it; start one for them");
      }
    }
    return measured(redis, options, suite, err);
  }

  private static Report measured(URI redis, Options options, Suite suite, PrintStream err)
      throws InterruptedException {
    try (Rig rig = new Rig(redis, options.tasks(), options.runs())) {
      return new Report(
          version(),
          Instant.now().truncatedTo(ChronoUnit.SECONDS),
          Report.Machine.here(rig.probe().version()),
          options.tasks(),
          suite.run(rig, err));
    }
  }

  private static int write(
      Report report, Options options, @Nullable Report baseline, PrintStream out)
      throws IOException {
    Path json = options.json();
    if (json != null) {
      JsonReport.write(report, json);
    }
    Path doc = options.doc();
    if (doc != null) {
      Document.write(report, Suite.everything(options.tasks()), doc);
    }
    if (baseline == null) {
      return 0;
    }
    out.println();
    Comparison comparison = Comparison.of(baseline, report);
    comparison.print(out);
    return comparison.fallen().isEmpty() ? 0 : 1;
  }

  private static URI uri(String address) throws UsageException {
    try {
      URI uri = URI.create(address.contains("://") ? address : "redis://" + address);
      if (!"redis".equals(uri.getScheme())
          || uri.getPort() < 0
          || uri.getHost() == null
          || uri.getUserInfo() != null
          || uri.getPath().length() > 1) {
        throw new UsageException(ADDRESS + " is not HOST:PORT or redis://HOST:PORT");
      }
      if (!InetAddress.getByName(uri.getHost()).isLoopbackAddress()) {
        throw new UsageException(
            ADDRESS + " is not on this machine, and the benchmarks empty the Redis they run on");
      }
      return uri;
    } catch (IllegalArgumentException | UnknownHostException e) {
      throw new UsageException(ADDRESS + " is not HOST:PORT or redis://HOST:PORT");
    }
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
