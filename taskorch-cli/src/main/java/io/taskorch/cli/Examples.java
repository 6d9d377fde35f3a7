package io.taskorch.cli;

import io.taskorch.examples.DemoTasks;
import io.taskorch.examples.ImageTasks;
import io.taskorch.examples.TripTasks;
import java.nio.file.Path;
import java.util.List;

/** The handlers that a worker of this command has. */
final class Examples {

  static final String WORK = ".work";

  private Examples() {}

  /** Their files go below the working folder; it appears with the first of them. */
  static List<?> here() {
    return in(Path.of("taskorch-images"));
  }

  /**
   * @param folder where results go; what the steps hand on lies in {@link #WORK} below it
   */
  static List<?> in(Path folder) {
    return List.of(new DemoTasks(), new ImageTasks(folder.resolve(WORK), folder), new TripTasks());
  }
}
