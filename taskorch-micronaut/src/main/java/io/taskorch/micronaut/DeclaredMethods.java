package io.taskorch.micronaut;

import io.micronaut.context.BeanContext;
import io.micronaut.context.processor.ExecutableMethodProcessor;
import io.micronaut.inject.BeanDefinition;
import io.micronaut.inject.ExecutableMethod;
import io.taskorch.Taskorch;
import io.taskorch.micronaut.config.App;
import io.taskorch.worker.TaskHandler;
import io.taskorch.workflow.Workflow;
import jakarta.inject.Singleton;
import java.lang.annotation.Annotation;

/** Registers the annotated methods of all beans, where this process is a worker. */
abstract class DeclaredMethods<A extends Annotation> implements ExecutableMethodProcessor<A> {

  private final BeanContext beans;
  private final Roles roles;

  DeclaredMethods(BeanContext beans, Roles roles) {
    this.beans = beans;
    this.roles = roles;
  }

  @Override
  public void process(BeanDefinition<?> definition, ExecutableMethod<?, ?> method) {
    if (roles.has(App.WORKER)) {
      beans
          .getBean(Taskorch.class)
          .handlers()
          .add(beans.getBean(definition), method.getTargetMethod());
    }
  }

  /** Those that handle tasks. */
  @Singleton
  static final class Handlers extends DeclaredMethods<TaskHandler> {
    Handlers(BeanContext beans, Roles roles) {
      super(beans, roles);
    }
  }

  /** Those that return workflows. */
  @Singleton
  static final class Workflows extends DeclaredMethods<Workflow> {
    Workflows(BeanContext beans, Roles roles) {
      super(beans, roles);
    }
  }
}
