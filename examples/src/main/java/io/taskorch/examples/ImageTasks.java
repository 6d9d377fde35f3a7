package io.taskorch.examples;

import io.taskorch.task.PermanentTaskException;
import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import java.awt.Dimension;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import net.coobird.thumbnailator.Thumbnails;
import org.jspecify.annotations.Nullable;

/**
 * Handlers of an image pipeline: download, resize to any number of sizes at once, upload. Each may
 * run again at any time, since a file is replaced as a whole by what is the same.
 *
 * <p>The steps hand files on by their names in a work folder, which all workers must see.
 */
public final class ImageTasks {

  private static final int DEFAULT_WIDTH = 320;
  private static final int MOST_WIDTH = 10_000;

  /** A small file may claim to be a picture that fills all memory. */
  private static final long MOST_PIXELS = 64_000_000;

  private static final double JPEG_QUALITY = 0.85;

  private final Folder work;
  private final Folder gallery;
  private final Fetcher fetcher = new Fetcher();

  /**
   * @param work where the steps hand files on
   * @param gallery where the results go
   */
  public ImageTasks(Path work, Path gallery) {
    this.work = new Folder(work);
    this.gallery = new Folder(gallery);
  }

  /**
   * What to fetch.
   *
   * @param image an http, https or file URL, or a path; null for a sample
   */
  record Download(@Nullable String image) {}

  /**
   * A file in the work folder.
   *
   * @param file its name there
   */
  record Downloaded(String file, long bytes) {}

  @TaskHandler(value = "download_image", timeout = "2m")
  Downloaded download(@Nullable Download wanted, TaskContext task)
      throws IOException, InterruptedException {
    String name = fetch(wanted == null ? null : wanted.image(), task);
    long bytes = Files.size(work.find(name));
    task.log("downloaded " + fileName(name) + ", " + bytes + " bytes");
    return new Downloaded(name, bytes);
  }

  /**
   * What to make smaller.
   *
   * @param file a name in the work folder; null for a sample
   * @param width the most, in pixels; null for {@value #DEFAULT_WIDTH}
   */
  record Resize(@Nullable String file, @Nullable Integer width) {}

  /**
   * A picture in the work folder.
   *
   * @param file its name there
   */
  record Resized(String file, int width, int height, long bytes) {}

  @TaskHandler(value = "resize_image", timeout = "2m")
  Resized resize(@Nullable Resize wanted, TaskContext task)
      throws IOException, InterruptedException {
    Resize resize = Objects.requireNonNullElse(wanted, new Resize(null, null));
    String source = resize.file() == null ? fetch(null, task) : resize.file();
    return resize(source, resize.width(), task);
  }

  /**
   * What to publish.
   *
   * @param files names in the work folder; null for a sample
   * @param folder where in the gallery; null for one of the task's own
   */
  record Upload(@Nullable List<String> files, @Nullable String folder) {}

  /**
   * Pictures in the gallery.
   *
   * @param files their paths
   */
  record Uploaded(List<String> files) {}

  @TaskHandler(value = "upload_image", timeout = "2m")
  Uploaded upload(@Nullable Upload wanted, TaskContext task)
      throws IOException, InterruptedException {
    Upload upload = Objects.requireNonNullElse(wanted, new Upload(null, null));
    List<String> names = upload.files() == null ? List.of(fetch(null, task)) : upload.files();
    List<String> files = new ArrayList<>();
    for (String name : names) {
      files.add(publish(name, upload.folder(), task).toString());
      task.progress(100 * files.size() / names.size(), fileName(name));
    }
    return new Uploaded(files);
  }

  /**
   * What to fetch, resize and publish.
   *
   * @param image as of {@link Download}
   * @param width as of {@link Resize}
   * @param folder as of {@link Upload}
   */
  record Image(@Nullable String image, @Nullable Integer width, @Nullable String folder) {}

  /**
   * A picture in the gallery.
   *
   * @param file its path
   */
  record Thumb(String file, int width, int height) {}

  /** The whole pipeline in one task. */
  @TaskHandler(value = "process_image", timeout = "5m")
  Thumb process(@Nullable Image wanted, TaskContext task) throws IOException, InterruptedException {
    Image image = Objects.requireNonNullElse(wanted, new Image(null, null, null));
    Resized resized = resize(fetch(image.image(), task), image.width(), task);
    Path published = publish(resized.file(), image.folder(), task);
    task.progress(100, "published");
    return new Thumb(published.toString(), resized.width(), resized.height());
  }

  /** Brings a picture into the work folder, and returns its name there. */
  private String fetch(@Nullable String image, TaskContext task)
      throws IOException, InterruptedException {
    Origin origin = Origin.of(image);
    String name = task.taskId() + "/" + origin.name();
    Path unused = work.store(name, out -> fetcher.fetch(origin, out, task));
    return name;
  }

  private Resized resize(String source, @Nullable Integer wanted, TaskContext task)
      throws IOException, InterruptedException {
    int most = Objects.requireNonNullElse(wanted, DEFAULT_WIDTH);
    if (most < 1 || most > MOST_WIDTH) {
      throw new PermanentTaskException("width is not 1 to " + MOST_WIDTH);
    }
    Path file = work.find(source);
    Dimension size = sizeOf(file);
    task.progress(10, "from " + text(size));
    String name = source.replaceFirst("(\\.[^./]*)?$", "-" + most + ".jpg");
    Path resized =
        work.store(
            name,
            out ->
                Thumbnails.of(file.toFile())
                    // Enlarging makes no picture better.
                    .width(Math.min(most, size.width))
                    .outputFormat("jpg")
                    .outputQuality(JPEG_QUALITY)
                    .toOutputStream(out));
    // Asked again, because a camera may have held the picture on its side.
    Dimension made = sizeOf(resized);
    task.progress(100, text(made));
    task.log("resized " + fileName(source) + " from " + text(size) + " to " + text(made));
    return new Resized(name, made.width, made.height, Files.size(resized));
  }

  private static String text(Dimension size) {
    return size.width + "x" + size.height;
  }

  private Path publish(String source, @Nullable String folder, TaskContext task)
      throws IOException, InterruptedException {
    Path file = work.find(source);
    String place = Objects.requireNonNullElse(folder, task.taskId());
    Path published =
        gallery.store(
            place + "/" + fileName(source),
            out -> {
              long unused = Files.copy(file, out);
            });
    task.log("published " + published);
    return published;
  }

  private static String fileName(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static Dimension sizeOf(Path file) throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new PermanentTaskException("not an image: " + file.getFileName());
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        Dimension size = new Dimension(reader.getWidth(0), reader.getHeight(0));
        if ((long) size.width * size.height > MOST_PIXELS) {
          throw new PermanentTaskException(
              "more than " + MOST_PIXELS / 1_000_000 + " megapixels: " + file.getFileName());
        }
        return size;
      } finally {
        reader.dispose();
      }
    } catch (IIOException | EOFException e) {
      throw new PermanentTaskException("a damaged image: " + file.getFileName(), e);
    }
  }
}
