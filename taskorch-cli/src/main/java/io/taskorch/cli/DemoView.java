package io.taskorch.cli;

import java.util.List;

/** Shows runs as they go on. */
interface DemoView extends AutoCloseable {

  /** Shows how the runs stand; always the same ones. */
  void show(List<PictureRun> runs);

  /** Leaves the screen as it should stay. */
  @Override
  void close();
}
