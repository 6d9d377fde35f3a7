package io.taskorch.micronaut;

import io.micronaut.context.annotation.Executable;
import io.micronaut.core.annotation.AnnotationValue;
import io.micronaut.inject.annotation.NamedAnnotationMapper;
import io.micronaut.inject.visitor.VisitorContext;
import java.lang.annotation.Annotation;
import java.util.List;

/**
 * Runs inside the compiler: makes each method of a bean that has an annotation of the core known to
 * the context, so that none is looked for at run time. The annotation stays free of Micronaut.
 */
abstract class DiscoveryMapper implements NamedAnnotationMapper {

  private final String annotation;

  /**
   * @param annotation name of its class
   */
  DiscoveryMapper(String annotation) {
    this.annotation = annotation;
  }

  @Override
  public String getName() {
    return annotation;
  }

  @Override
  public List<AnnotationValue<?>> map(
      AnnotationValue<Annotation> found, VisitorContext visitorContext) {
    var executable =
        AnnotationValue.builder(Executable.class).member("processOnStartup", true).build();
    // The annotation itself must come back with it: a bare Executable is never processed.
    return List.of(AnnotationValue.builder(found).stereotype(executable).build());
  }
}
