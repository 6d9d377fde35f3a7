package io.taskorch.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Where a demo leaves its pictures: a folder each, and its log when something failed. */
record ResultFolder(Path root) {

  private static final String LOG = "demo.log";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss");

  /** A new one below the working folder, or among temporary files where that is not writable. */
  static ResultFolder create() throws IOException {
    Path demos = Path.of("taskorch-demo").toAbsolutePath();
    String time = LocalDateTime.now().format(TIME);
    for (int i = 1; ; i++) {
      try {
        Files.createDirectories(demos);
        return new ResultFolder(
            Files.createDirectory(demos.resolve(i == 1 ? time : time + "-" + i)));
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(demos)) {
          throw new IOException("in the way of the results: " + demos, e);
        }
      } catch (IOException e) {
        return new ResultFolder(Files.createTempDirectory("taskorch-demo-"));
      }
    }
  }

  Path log() {
    return root.resolve(LOG);
  }

  /** Whether a picture may have its results under this name. */
  static boolean isFree(String name) {
    return !name.isEmpty() && !name.startsWith(".") && !name.equals(LOG);
  }

  Path work() {
    return root.resolve(Examples.WORK);
  }

  /** Removes what the steps handed on, and the log if nobody needs it. */
  void tidy(boolean withLog) throws IOException {
    if (withLog) {
      Files.deleteIfExists(log());
    }
    if (!Files.exists(work())) {
      return;
    }
    Path unused =
        Files.walkFileTree(
            work(),
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                  throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
                  throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
              }
            });
  }
}
