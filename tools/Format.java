import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks or applies the one format of this repository. Run from source by the build: {@code java
 * Format.java check|apply ROOT}, with google-java-format on the class path. {@code check} names the
 * files that differ and exits 1; {@code apply} rewrites them.
 */
class Format {
  /** Directories that hold no sources of ours, or copies of them. */
  private static final Set<String> SKIPPED = Set.of("target", "node_modules", ".git");

  public static void main(String[] args) throws Exception {
    String goal = args[0];
    Path root = Path.of(args[1]);
    List<String> arguments =
        new ArrayList<>(
            switch (goal) {
              case "check" -> List.of("--dry-run", "--set-exit-if-changed");
              case "apply" -> List.of("--replace");
              default ->
                  throw new IllegalArgumentException("the goal is check or apply, not " + goal);
            });
    for (Path source : sources(root)) {
      arguments.add(source.toString());
    }
    int exit =
        new Main(new PrintWriter(System.out, true), new PrintWriter(System.err, true), System.in)
            .format(arguments.toArray(String[]::new));
    if (exit != 0) {
      System.err.println("Not formatted: the files named above. `make format` formats them.");
    }
    System.exit(exit);
  }

  private static List<Path> sources(Path root) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return SKIPPED.contains(folder.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (file.getFileName().toString().endsWith(".java")) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    found.sort(null);
    return found;
  }
}
