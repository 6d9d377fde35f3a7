package io.taskorch.micronaut.config;

import io.taskorch.shell.ShellOptions;
import io.taskorch.task.Durations;
import io.taskorch.task.Labels;
import io.taskorch.task.Names;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of a section out of several sources. Every source is checked, also where another
 * wins over it, and what is asked for here is what counts as known.
 */
final class Settings {

  private static final Pattern ADDRESS =
      Pattern.compile(
          "(rediss?://)?(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?):(\\d{1,5})");

  private static final Pattern BYTES = Pattern.compile("(\\d{1,9})(|KiB|MiB|GiB)");
  private static final List<String> UNITS = List.of("", "KiB", "MiB", "GiB");

  private final List<Source> sources;
  private final Findings findings;
  private final String prefix;
  private final Known known;

  /**
   * @param sources the first that has a key wins
   */
  Settings(List<Source> sources, Findings findings) {
    this(sources, findings, "", new Known(new LinkedHashSet<>(), new HashSet<>(), new HashMap<>()));
  }

  private Settings(List<Source> sources, Findings findings, String prefix, Known known) {
    this.sources = sources;
    this.findings = findings;
    this.prefix = prefix;
    this.known = known;
  }

  /** What has been asked for, and where each key's value was found. */
  private record Known(Set<String> keys, Set<String> sections, Map<String, String> places) {}

  Settings section(String name) {
    known.sections.add(prefix + name);
    return new Settings(sources, findings, prefix + name + ".", known);
  }

  /** Every key asked for so far, in that order. */
  Set<String> keys() {
    return known.keys;
  }

  void reportUnknown() {
    sources.forEach(source -> source.reportUnknown(known.keys, known.sections, findings));
  }

  /** Refuses a value that cannot be together with another. */
  void refuse(String key, String why) {
    findings.error(place(key), why);
  }

  /** Refuses this section as a whole. */
  void refuse(String why) {
    findings.error(prefix.substring(0, prefix.length() - 1), why);
  }

  /** Whether somebody says something about a key. */
  boolean says(String key) {
    return sources.stream().anyMatch(source -> source.find(prefix + key, new Findings()) != null);
  }

  void warn(String key, String what) {
    findings.warning(place(key), what);
  }

  private String place(String key) {
    return known.places.getOrDefault(prefix + key, prefix + key);
  }

  String text(String key, String fallback) {
    return single(key, fallback, text -> text);
  }

  String name(String key, String fallback) {
    return single(
        key,
        fallback,
        text -> {
          require(Names.isValid(text), "is not a name: " + Names.SHAPE_IN_WORDS);
          return text;
        });
  }

  int number(String key, int fallback, int least, int most) {
    return single(
        key,
        fallback,
        text -> {
          String limits = "is not a whole number from " + least + " to " + most;
          require(text.matches("\\d{1,9}"), limits);
          int number = Integer.parseInt(text);
          require(number >= least && number <= most, limits);
          return number;
        });
  }

  /** A section of whole numbers by names of the user's choice. A file alone can hold it. */
  Map<String, Integer> numbers(String key, int least, int most) {
    Settings section = section(key);
    Map<String, Integer> numbers = new LinkedHashMap<>();
    section.children().forEach(name -> numbers.put(name, section.number(name, least, least, most)));
    return numbers;
  }

  boolean flag(String key, boolean fallback) {
    return single(
        key,
        fallback,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("is neither true nor false");
            });
  }

  /** A number of bytes, such as {@code 64KiB}, {@code 1MiB} or {@code 4096}. */
  long bytes(String key, long fallback, long least, long most) {
    return single(
        key,
        fallback,
        text -> {
          var parts = BYTES.matcher(text);
          require(parts.matches(), "is not a number of bytes such as 64KiB or 1MiB");
          int shift = 10 * UNITS.indexOf(parts.group(2));
          long bytes = Long.parseLong(parts.group(1)) << shift;
          require(bytes >= least && bytes <= most, "is not from " + least + " to " + most);
          return bytes;
        });
  }

  Duration duration(String key, Duration fallback, Duration least, Duration most) {
    return single(
        key,
        fallback,
        text -> {
          Duration duration;
          try {
            duration = Durations.parse(text);
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is " + e.getMessage(), e);
          }
          require(
              duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0,
              "is not between " + Durations.format(least) + " and " + Durations.format(most));
          return duration;
        });
  }

  <E extends Enum<E>> E choice(String key, E fallback) {
    E[] all = fallback.getDeclaringClass().getEnumConstants();
    return single(
        key,
        fallback,
        text ->
            Arrays.stream(all)
                .filter(one -> word(one).equals(text))
                .findAny()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "is none of "
                                + Arrays.stream(all)
                                    .map(Settings::word)
                                    .collect(Collectors.joining(", ")))));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** A file that must be there; empty for none. */
  String file(String key) {
    return single(
        key,
        "",
        text -> {
          require(text.isEmpty() || Files.isReadable(Path.of(text)), "is not a readable file");
          return text;
        });
  }

  /** A folder, which need not be there. */
  String folder(String key, String fallback) {
    return single(
        key,
        fallback,
        text -> {
          // A path that cannot be is an InvalidPathException, which names what is wrong with it.
          require(!text.isBlank() && !Path.of(text).toString().isEmpty(), "names no folder");
          return text;
        });
  }

  /** An address of this machine to bind to, or its name. */
  String host(String key, String fallback) {
    return single(
        key,
        fallback,
        text -> {
          try {
            require(!text.isBlank(), "is empty");
            InetAddress unused = InetAddress.getByName(text);
            return text;
          } catch (UnknownHostException e) {
            throw new IllegalArgumentException("is not an address that this machine knows", e);
          }
        });
  }

  List<String> names(String key) {
    return several(
        key,
        List.of(),
        text -> require(Names.isValid(text), "has an entry that is not " + Names.SHAPE_IN_WORDS));
  }

  /** What a worker says that it has. */
  List<String> labels(String key, int most) {
    List<String> labels =
        several(
            key,
            List.of(),
            text ->
                require(Labels.isValid(text), "has an entry that is not " + Labels.SHAPE_IN_WORDS));
    if (labels.size() > most) {
      refuse(key, "has more than " + most + " entries");
    }
    return labels;
  }

  /** Names of environment variables. */
  List<String> variables(String key) {
    return several(
        key,
        List.of(),
        text ->
            require(
                ShellOptions.isVariable(text), "has an entry that is not the name of a variable"));
  }

  /**
   * A section of lists by names of the user's choice. A file alone can hold it: of a variable
   * nobody could tell where the name begins.
   *
   * @param check throws {@link IllegalArgumentException}
   */
  Map<String, List<String>> lists(String key, BiConsumer<String, List<String>> check) {
    Settings section = section(key);
    Map<String, List<String>> lists = new LinkedHashMap<>();
    section.children().forEach(name -> lists.put(name, section.list(name, check)));
    return lists;
  }

  /** The sections below one whose names are the user's choice; a file alone can hold them. */
  List<Settings> sections(String key) {
    Settings all = section(key);
    return all.children().map(all::section).toList();
  }

  /** The names below this section. */
  private Stream<String> children() {
    return sources.stream().flatMap(source -> source.children(prefix).stream()).distinct();
  }

  /** Whether anything is said below a section. */
  boolean has(String section) {
    return section(section).children().findAny().isPresent();
  }

  /** The name of this section. */
  String name() {
    String path = prefix.substring(0, prefix.length() - 1);
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** Values in the order of the file, each checked. */
  List<String> texts(String key, Consumer<String> check) {
    return several(key, List.of(), check::accept);
  }

  private List<String> list(String key, BiConsumer<String, List<String>> check) {
    return value(
        key,
        List.of(),
        entry -> {
          require(entry.list(), "is not a list of a program and its arguments");
          check.accept(key, entry.values());
          return entry.values();
        });
  }

  List<String> addresses(String key, List<String> fallback) {
    List<String> addresses =
        several(
            key,
            fallback,
            text -> {
              var parts = ADDRESS.matcher(text);
              boolean fits = parts.matches();
              require(fits, "is not host:port, redis://host:port or rediss://host:port");
              int port = Integer.parseInt(parts.group(4));
              require(port >= 1 && port <= 65_535, "has a port that is not 1 to 65535");
            });
    if (addresses.isEmpty()) {
      refuse(key, "names no address");
    }
    return addresses;
  }

  List<String> origins(String key) {
    return several(
        key,
        List.of(),
        text -> {
          String wrong = "has an entry that is not scheme://host or scheme://host:port";
          try {
            URI origin = URI.create(text);
            require(
                ("http".equals(origin.getScheme()) || "https".equals(origin.getScheme()))
                    && origin.getHost() != null
                    && text.equals(origin.getScheme() + "://" + origin.getAuthority())
                    && origin.getUserInfo() == null,
                wrong);
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(wrong, e);
          }
        });
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private <T> T single(String key, T fallback, Function<String, T> parse) {
    return value(
        key,
        fallback,
        entry -> {
          require(!entry.list(), "is a list, not one value");
          return parse.apply(entry.values().getFirst());
        });
  }

  private interface Check {
    void check(String text);
  }

  private List<String> several(String key, List<String> fallback, Check check) {
    return value(
        key,
        fallback,
        entry -> {
          List<String> values = entry.list() ? entry.values() : byComma(entry.values().getFirst());
          values.forEach(check::check);
          require(Set.copyOf(values).size() == values.size(), "has an entry twice");
          return values;
        });
  }

  private static List<String> byComma(String text) {
    return text.isBlank()
        ? List.of()
        : Arrays.stream(text.split(",", -1)).map(String::trim).toList();
  }

  private <T> T value(String key, T fallback, Function<Source.Entry, T> parse) {
    String path = prefix + key;
    known.keys.add(path);
    @Nullable T found = null;
    for (Source source : sources) {
      Source.Entry entry = source.find(path, findings);
      if (entry == null) {
        continue;
      }
      known.places.putIfAbsent(path, entry.place());
      try {
        T value = parse.apply(entry);
        found = found == null ? value : found;
      } catch (IllegalArgumentException e) {
        findings.error(entry.place(), String.valueOf(e.getMessage()));
        found = found == null ? fallback : found;
      }
    }
    return found == null ? fallback : found;
  }
}
