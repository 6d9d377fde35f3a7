package io.taskorch.examples;

import io.taskorch.task.PermanentTaskException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a picture comes from. */
sealed interface Origin {

  int LONGEST_NAME = 100;

  /** What the file is to be called. */
  String name();

  /** One of those that ship with the examples. */
  record Sample(String name) implements Origin {}

  /** A file of this machine. */
  record Local(Path path) implements Origin {
    @Override
    public String name() {
      return fileName(path.toString());
    }
  }

  /** A page of the web. */
  record Web(URI address) implements Origin {
    @Override
    public String name() {
      return fileName(String.valueOf(address.getPath()));
    }
  }

  /**
   * @param image an http, https or file URL, or a path; null or blank for a sample
   * @throws PermanentTaskException when it is neither
   */
  static Origin of(@Nullable String image) {
    if (image == null || image.isBlank()) {
      return new Sample(Samples.PICTURES.getFirst());
    }
    try {
      if (image.startsWith("http://") || image.startsWith("https://")) {
        URI address = URI.create(image);
        if (address.getHost() != null) {
          return new Web(address);
        }
      } else if (image.startsWith("file:")) {
        return new Local(Path.of(URI.create(image)));
      } else {
        return new Local(Path.of(image));
      }
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw new PermanentTaskException("image is neither a URL nor a path", e);
    }
    throw new PermanentTaskException("image is neither a URL nor a path");
  }

  /** The end of a path, in letters that every file system and every locale has. */
  private static String fileName(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
    String end = name.substring(Math.max(0, name.length() - LONGEST_NAME));
    return end.isEmpty() || end.startsWith(".") ? "picture" + end : end;
  }
}
