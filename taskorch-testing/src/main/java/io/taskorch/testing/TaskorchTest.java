package io.taskorch.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives every test of a class a namespace of its own on the {@link TestRedis}. A test, its
 * constructor and its {@code @BeforeEach} ask for it by a parameter: a {@link TestNamespace}, or of
 * it the {@link io.taskorch.store.Stores} or the {@link ManualClock}.
 *
 * {@snippet :
 * @TaskorchTest
 * class ImageTasksTest {
 *   @Test
 *   void aBrokenImageFails(TestNamespace namespace) {
 *     try (var taskorch = Taskorch.builder().stores(namespace.connect()).connect()) {
 *       taskorch.register(new ImageTasks()).start();
 *       …
 *     }
 *   }
 * }
 * }
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TaskorchExtension.class)
public @interface TaskorchTest {

  int partitions() default 1;

  /** On a cluster of one node, in place of the shared server. */
  boolean cluster() default false;
}
