package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** A Java program that a guide shows, compiled as it stands there. */
final class GuideProgram implements AutoCloseable {

  private static final Path GUIDES =
      Path.of("").toAbsolutePath().getParent().resolve("docs/guides");
  private static final Pattern BLOCK =
      Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private final URLClassLoader loader;
  private final Class<?> type;

  private GuideProgram(URLClassLoader loader, Class<?> type) {
    this.loader = loader;
    this.type = type;
  }

  /**
   * @param guide its file
   * @param name of the class
   * @param folder for what is compiled
   */
  static GuideProgram of(String guide, String name, Path folder)
      throws IOException, ClassNotFoundException {
    List<String> programs =
        BLOCK
            .matcher(Files.readString(GUIDES.resolve(guide)))
            .results()
            .map(block -> block.group(1))
            .filter(program -> program.contains("class " + name + " "))
            .toList();
    assertThat(programs).hasSize(1);
    Path file = Files.writeString(folder.resolve(name + ".java"), programs.getFirst());
    String classPath = System.getProperty("java.class.path");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", folder.toString(), file.toString());
    assertThat(compiled).isZero();
    URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()});
    return new GuideProgram(loader, loader.loadClass(name));
  }

  Class<?> type() {
    return type;
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
