package io.taskorch.examples;

import io.taskorch.task.PermanentTaskException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A folder of files by name, such as {@code lake/lake-320.jpg}. Nothing is read or written outside
 * of it, whatever the name.
 */
record Folder(Path root) {

  Folder {
    root = root.toAbsolutePath().normalize();
  }

  /** What a file is filled by. */
  interface Content {
    void writeTo(OutputStream out) throws IOException, InterruptedException;
  }

  /**
   * The file of that name.
   *
   * @throws PermanentTaskException there is none
   */
  Path find(String name) throws IOException {
    Path file = place(name);
    if (!Files.isRegularFile(file)) {
      throw new PermanentTaskException("no such file in the folder: " + name);
    }
    requireInside(file);
    return file;
  }

  /** Writes a file as a whole or not at all, in place of any other of that name. */
  Path store(String name, Content content) throws IOException, InterruptedException {
    Path file = place(name);
    Path parent = file.resolveSibling("");
    Files.createDirectories(parent);
    requireInside(parent);
    Path part = parent.resolve("." + UUID.randomUUID() + ".part");
    try {
      try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE_NEW)) {
        content.writeTo(out);
      }
      return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private Path place(String name) {
    try {
      Path place = root.resolve(name).normalize();
      if (place.startsWith(root) && !place.equals(root)) {
        return place;
      }
    } catch (InvalidPathException e) {
      // refused below, with the rest
    }
    throw new PermanentTaskException("not a name inside the folder: " + name);
  }

  /** A link may lead outside. */
  private void requireInside(Path path) throws IOException {
    if (!path.toRealPath().startsWith(root.toRealPath())) {
      throw new PermanentTaskException("leads outside of the folder: " + root.relativize(path));
    }
  }
}
