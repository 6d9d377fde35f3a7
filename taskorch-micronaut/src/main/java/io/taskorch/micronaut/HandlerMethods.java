package io.taskorch.micronaut;

import io.micronaut.context.BeanContext;
import io.micronaut.context.processor.ExecutableMethodProcessor;
import io.micronaut.inject.BeanDefinition;
import io.micronaut.inject.ExecutableMethod;
import io.taskorch.Taskorch;
import io.taskorch.micronaut.config.App;
import io.taskorch.worker.TaskHandler;
import jakarta.inject.Singleton;

/** Registers the {@link TaskHandler} methods of all beans, where this process is a worker. */
@Singleton
final class HandlerMethods implements ExecutableMethodProcessor<TaskHandler> {

  private final BeanContext beans;
  private final Roles roles;

  HandlerMethods(BeanContext beans, Roles roles) {
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
}
