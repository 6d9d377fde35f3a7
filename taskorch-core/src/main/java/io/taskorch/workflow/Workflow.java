package io.taskorch.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method without parameters that returns a {@link WorkflowDefinition}. It is called when
 * its object is registered, so that what is wrong with the definition is told then; a program that
 * starts stores it, as a new version if it is not the same as the latest one. Method and class may
 * have any visibility.
 *
 * {@snippet :
 * @Workflow("nightly")
 * WorkflowDefinition nightly() {
 *   return WorkflowDefinition.of(
 *       "nightly",
 *       Step.task("export", "export_orders", Map.of("day", Ref.input("day"))),
 *       Step.task("report", "send_report", Map.of("file", Ref.result("export", "file")))
 *           .after("export"));
 * }
 * }
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Workflow {

  /** The definition's name. */
  String value();
}
