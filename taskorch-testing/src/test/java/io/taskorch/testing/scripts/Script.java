package io.taskorch.testing.scripts;

import io.taskorch.redis.RedisStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Lua file as it is packed with the core.
 *
 * @param name such as {@code task/claim}
 */
public record Script(String name, String text) {

  private static final String ROOT = "/io/taskorch/redis";
  private static final String INCLUDE = "--- @include \"";

  /** All of them, includes too. */
  public static List<Script> all() {
    try {
      URI root = RedisStores.class.getResource(ROOT + "/task/claim.lua").toURI();
      if (root.getScheme().equals("jar")) {
        try (FileSystem jar = FileSystems.newFileSystem(root, Map.of())) {
          return below(jar.getPath(ROOT));
        }
      }
      return below(Path.of(root).getParent().getParent());
    } catch (URISyntaxException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public static Script named(String name) {
    return all().stream().filter(s -> s.name.equals(name)).findFirst().orElseThrow();
  }

  private static List<Script> below(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".lua"))
          .map(file -> read(root, file))
          // the test kit's own
          .filter(script -> !script.name.startsWith("testing/"))
          .sorted(java.util.Comparator.comparing(Script::name))
          .toList();
    }
  }

  private static Script read(Path root, Path file) {
    try {
      String name = root.relativize(file).toString().replace('\\', '/');
      return new Script(name.substring(0, name.length() - 4), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isInclude() {
    return name.startsWith("lib/");
  }

  String firstLine() {
    return text.lines().findFirst().orElse("");
  }

  /** The comment at the top, after the line that makes it a script. */
  String header() {
    return text.lines()
        .skip(isInclude() ? 0 : 1)
        .takeWhile(line -> line.startsWith("-- "))
        .collect(Collectors.joining("\n"));
  }

  /** What runs, without comments. */
  String code() {
    return text.lines()
        .filter(line -> !line.startsWith("#!"))
        .map(line -> line.replaceFirst("--.*", ""))
        .collect(Collectors.joining("\n"));
  }

  /** The code with that of everything that it includes. */
  String wholeCode() {
    return withIncludes(new HashSet<>());
  }

  private String withIncludes(Set<String> seen) {
    StringBuilder whole = new StringBuilder();
    text.lines()
        .filter(line -> line.startsWith(INCLUDE))
        .map(line -> line.substring(INCLUDE.length(), line.length() - 1))
        .filter(include -> include.startsWith("lib/") && seen.add(include))
        .forEach(include -> whole.append(named(include).withIncludes(seen)));
    return whole.append(code()).toString();
  }

  @Override
  public String toString() {
    return name;
  }
}
