package io.taskorch.micronaut;

import io.micronaut.context.annotation.Executable;
import io.micronaut.core.annotation.AnnotationValue;
import io.micronaut.inject.annotation.NamedAnnotationMapper;
import io.micronaut.inject.visitor.VisitorContext;
import java.lang.annotation.Annotation;
import java.util.List;

/**
 * Runs inside the compiler: makes each method with {@link io.taskorch.worker.TaskHandler} of a bean
 * known to the context, so that none is looked for at run time. The core's annotation stays free of
 * Micronaut.
 */
public final class TaskHandlerMapper implements NamedAnnotationMapper {

  @Override
  public String getName() {
    return "io.taskorch.worker.TaskHandler";
  }

  @Override
  public List<AnnotationValue<?>> map(
      AnnotationValue<Annotation> annotation, VisitorContext visitorContext) {
    var executable =
        AnnotationValue.builder(Executable.class).member("processOnStartup", true).build();
    // The annotation itself must come back with it: a bare Executable is never processed.
    return List.of(AnnotationValue.builder(annotation).stereotype(executable).build());
  }
}
