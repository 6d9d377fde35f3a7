package io.taskorch.testing;

import io.taskorch.store.Stores;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.SearchOption;

/** What {@link TaskorchTest} does: opens a namespace where a test asks for one, and closes it. */
public final class TaskorchExtension implements ParameterResolver {

  private static final Namespace OWN = Namespace.create(TaskorchExtension.class);
  private static final Set<Class<?>> GIVEN =
      Set.of(TestNamespace.class, Stores.class, ManualClock.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return GIVEN.contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestNamespace namespace = namespace(context);
    Class<?> type = parameter.getParameter().getType();
    if (type == Stores.class) {
      return namespace.stores();
    }
    return type == ManualClock.class ? namespace.clock() : namespace;
  }

  private static TestNamespace namespace(ExtensionContext context) {
    // what the store holds and can be closed, JUnit closes at the end of the context
    return context
        .getStore(OWN)
        .getOrComputeIfAbsent(TestNamespace.class, key -> open(context), TestNamespace.class);
  }

  private static TestNamespace open(ExtensionContext context) {
    TaskorchTest asked =
        AnnotationSupport.findAnnotation(
                context.getRequiredTestClass(),
                TaskorchTest.class,
                SearchOption.INCLUDE_ENCLOSING_CLASSES)
            .orElseThrow();
    return asked.cluster()
        ? TestNamespace.openOnCluster(TestRedis.oneNodeCluster(), asked.partitions())
        : TestNamespace.open(TestRedis.uri(), asked.partitions());
  }
}
