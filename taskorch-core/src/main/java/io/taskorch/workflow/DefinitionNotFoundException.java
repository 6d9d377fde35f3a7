package io.taskorch.workflow;

import io.taskorch.task.TaskorchException;
import org.jspecify.annotations.Nullable;

/** No definition of this name is stored, or none of this version. */
public final class DefinitionNotFoundException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  /**
   * @param version null for the latest
   */
  public DefinitionNotFoundException(String name, @Nullable Integer version) {
    super("no workflow definition " + name + (version == null ? "" : ", version " + version));
  }
}
