package io.taskorch.micronaut.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings of an app. In order of precedence: what the program decides itself, the
 * environment, {@code .env} beside the file (or in the working folder when there is no file), the
 * file, the defaults.
 */
public final class ConfigLoader {

  private final App app;
  private @Nullable Path file;
  private Map<String, String> environment = Map.of();
  private Map<String, String> overrides = Map.of();
  private Map<String, String> defaults = Map.of();

  private ConfigLoader(App app) {
    this.app = app;
  }

  /** A loader that knows only the defaults of the app so far. */
  public static ConfigLoader of(App app) {
    return new ConfigLoader(app);
  }

  public ConfigLoader file(@Nullable Path yaml) {
    this.file = yaml;
    return this;
  }

  public ConfigLoader environment(Map<String, String> variables) {
    this.environment = Map.copyOf(variables);
    return this;
  }

  /** Values by key, such as {@code server.port}. */
  public ConfigLoader overrides(Map<String, String> values) {
    this.overrides = Map.copyOf(values);
    return this;
  }

  /** Values by key for what nobody says, in place of the app's own defaults. */
  public ConfigLoader defaults(Map<String, String> values) {
    this.defaults = Map.copyOf(values);
    return this;
  }

  /** Whether somebody says something about a key: the program, the environment or a file. */
  public boolean says(String key) {
    Findings unused = new Findings();
    return sources(unused).stream().anyMatch(source -> source.find(key, unused) != null);
  }

  /**
   * @throws ConfigException naming everything that is wrong
   */
  public Loaded load() {
    Findings findings = new Findings();
    List<Source> sources = sources(findings);
    sources.add(new Overrides(defaults));
    return load(sources, findings);
  }

  private List<Source> sources(Findings findings) {
    List<Source> sources = new ArrayList<>();
    sources.add(new Overrides(overrides));
    sources.add(Variables.environment(environment));
    Path dotEnv = file == null ? Path.of(".env") : file.resolveSibling(".env");
    if (Files.isRegularFile(dotEnv)) {
      sources.add(Variables.dotEnv(dotEnv, findings));
    }
    if (file != null) {
      sources.add(YamlFile.read(file, findings));
    }
    return sources;
  }

  /**
   * Reads the settings out of a framework's own properties. Keys that it holds besides are its own
   * matter.
   *
   * @param lookup a value by key; null when there is none
   * @throws ConfigException naming everything that is wrong
   */
  public Loaded load(Function<String, @Nullable String> lookup) {
    return load(List.of(new Properties(lookup)), new Findings());
  }

  private Loaded load(List<Source> sources, Findings findings) {
    Settings settings = new Settings(sources, findings);
    TaskorchConfig config = TaskorchConfig.read(settings, app);
    settings.reportUnknown();
    findings.throwIfAny();
    return new Loaded(config, findings.warnings());
  }

  /** Every key that there is. */
  static Set<String> keys(App app) {
    Settings settings = new Settings(List.of(), new Findings());
    TaskorchConfig unused = TaskorchConfig.read(settings, app);
    return settings.keys();
  }

  /**
   * Settings that can be.
   *
   * @param warnings one line each, to be logged
   */
  public record Loaded(TaskorchConfig config, List<String> warnings) {
    public Loaded {
      warnings = List.copyOf(warnings);
    }
  }

  private record Properties(Function<String, @Nullable String> lookup) implements Source {
    @Override
    public @Nullable Entry find(String key, Findings findings) {
      String value = lookup.apply(key);
      return value == null ? null : Entry.text(key, value);
    }

    @Override
    public void reportUnknown(Set<String> keys, Set<String> sections, Findings findings) {}
  }
}
