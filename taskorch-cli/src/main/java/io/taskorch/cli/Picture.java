package io.taskorch.cli;

import io.taskorch.examples.Samples;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A picture for the demo. Whether it is there, and is one, is for the pipeline to find out.
 *
 * @param name for the screen
 * @param location an absolute path or a URL
 * @param folder where its results go; each picture has another
 */
record Picture(String name, String location, String folder) {

  /** Those that the caller names. */
  static List<Picture> of(List<String> files) {
    Set<String> taken = new HashSet<>();
    List<Picture> pictures = new ArrayList<>();
    for (String file : files) {
      String path = isUrl(file) ? file.replaceFirst("[?#].*", "") : file;
      String name = Style.harmless(path.replaceFirst("/+$", "").replaceFirst("(?s).*/", ""));
      pictures.add(new Picture(name, location(file), folder(name, taken)));
    }
    return pictures;
  }

  /** Those that ship with the examples, copied to where a step can fetch them. */
  static List<Picture> samples(Path target) throws IOException {
    List<String> copies = new ArrayList<>();
    Files.createDirectories(target);
    for (String name : Samples.PICTURES) {
      Path copy = target.resolve(name);
      try (InputStream sample = Samples.open(name)) {
        long unused = Files.copy(sample, copy);
      }
      copies.add(copy.toString());
    }
    return of(copies);
  }

  private static boolean isUrl(String file) {
    return file.startsWith("http://") || file.startsWith("https://") || file.startsWith("file:");
  }

  private static String location(String file) {
    if (isUrl(file)) {
      return file;
    }
    try {
      return Path.of(file).toAbsolutePath().toString();
    } catch (InvalidPathException e) {
      return file;
    }
  }

  private static String folder(String name, Set<String> taken) {
    String stem = name.replaceFirst("\\.[^.]*$", "");
    String base = ResultFolder.isFree(stem) ? stem : "picture";
    String free = base;
    // Some file systems do not tell letters from their capitals.
    for (int i = 2; !taken.add(free.toLowerCase(Locale.ROOT)); i++) {
      free = base + "-" + i;
    }
    return free;
  }
}
