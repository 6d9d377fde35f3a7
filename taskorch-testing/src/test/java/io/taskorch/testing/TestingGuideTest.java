package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test that the guide shows passes. */
class TestingGuideTest {

  private static final Path GUIDE =
      Path.of("").toAbsolutePath().getParent().resolve("docs/guides/testing.md");

  @TempDir private Path folder;

  @Test
  void theExampleCompilesAndPasses() throws Exception {
    Matcher block =
        Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(GUIDE));
    assertThat(block.find()).isTrue();
    Path file = Files.writeString(folder.resolve("ReleaseTest.java"), block.group(1));
    String classPath = System.getProperty("java.class.path");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", folder.toString(), file.toString());
    assertThat(compiled).isZero();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Constructor<?> example = loader.loadClass("ReleaseTest").getDeclaredConstructor();
      example.setAccessible(true);
      List<Method> tests =
          Arrays.stream(example.getDeclaringClass().getDeclaredMethods())
              .filter(method -> method.isAnnotationPresent(Test.class))
              .toList();
      assertThat(tests).hasSize(2);
      for (Method test : tests) {
        test.setAccessible(true);
        test.invoke(example.newInstance());
      }
    }
  }
}
