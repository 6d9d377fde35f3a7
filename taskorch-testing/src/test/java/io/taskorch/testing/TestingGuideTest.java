package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test that the guide shows passes. */
class TestingGuideTest {

  @TempDir private Path folder;

  @Test
  void theExampleCompilesAndPasses() throws Exception {
    try (GuideProgram program = GuideProgram.of("testing.md", "ReleaseTest", folder)) {
      Constructor<?> example = program.type().getDeclaredConstructor();
      example.setAccessible(true);
      List<Method> tests =
          Arrays.stream(program.type().getDeclaredMethods())
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
