package io.taskorch.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.taskorch.Taskorch;
import io.taskorch.client.TaskHandle;
import io.taskorch.examples.ImageTasks.Downloaded;
import io.taskorch.examples.ImageTasks.Resized;
import io.taskorch.examples.ImageTasks.Thumb;
import io.taskorch.examples.ImageTasks.Uploaded;
import io.taskorch.json.PayloadCodec;
import io.taskorch.task.Backoff;
import io.taskorch.task.Json;
import io.taskorch.task.LogLine;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.TaskorchTest;
import io.taskorch.testing.TestNamespace;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TaskorchTest
class ImageTasksTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static final RetryPolicy QUICKLY =
      new RetryPolicy(2, Duration.ofMillis(1), Backoff.FIXED, 1, Duration.ofMillis(1), 0);

  @TempDir private Path folder;
  private Path work;
  private Path gallery;
  private Taskorch taskorch;

  @BeforeEach
  void start(TestNamespace namespace) {
    work = folder.resolve("work");
    gallery = folder.resolve("gallery");
    taskorch = Taskorch.builder().stores(namespace.connect()).connect();
    taskorch.register(new ImageTasks(work, gallery)).start();
  }

  @AfterEach
  void stop() {
    taskorch.close();
  }

  @Nested
  class Download {

    @Test
    void takesAPath() throws IOException {
      Path picture = jpeg("photo.jpg", 64, 48);

      Downloaded downloaded =
          run("download_image", Map.of("image", picture.toString()), Downloaded.class);

      assertThat(work.resolve(downloaded.file())).hasSameBinaryContentAs(picture);
      assertThat(downloaded.file()).endsWith("/photo.jpg");
      assertThat(downloaded.bytes()).isEqualTo(Files.size(picture));
    }

    @Test
    void takesAFileUrl() throws IOException {
      Path picture = jpeg("a photo.jpg", 64, 48);

      Downloaded downloaded =
          run("download_image", Map.of("image", picture.toUri()), Downloaded.class);

      assertThat(downloaded.file()).endsWith("/a_photo.jpg");
      assertThat(work.resolve(downloaded.file())).hasSameBinaryContentAs(picture);
    }

    @Test
    void takesAWebAddress() throws IOException {
      byte[] picture = Files.readAllBytes(jpeg("photo.jpg", 64, 48));
      try (Web web = new Web(200, picture)) {
        Downloaded downloaded =
            run("download_image", Map.of("image", web.url("/a/b.jpg?size=1")), Downloaded.class);

        assertThat(downloaded.file()).endsWith("/b.jpg");
        assertThat(work.resolve(downloaded.file())).hasBinaryContent(picture);
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"image\":null}", "{\"image\":\" \"}", "null"})
    void withoutAnImageTakesASample(String payload) throws IOException {
      Downloaded downloaded = run("download_image", Json.of(payload), Downloaded.class);

      try (InputStream sample = Samples.open("lake.jpg")) {
        assertThat(work.resolve(downloaded.file())).hasBinaryContent(sample.readAllBytes());
      }
    }

    @Test
    void aMissingFileFailsAtOnce() {
      Path missing = folder.resolve("missing.jpg");

      Task failed = fail("download_image", Map.of("image", missing.toString()));

      assertThat(failed.lastError().message()).isEqualTo("no such file: " + missing);
      assertThat(failed.reason()).isEqualTo(Reason.PERMANENT_ERROR);
      assertThat(failed.attempt()).isEqualTo(1);
      assertNothingIsLeftHalfWritten();
    }

    @Test
    void aFolderIsRefused() {
      Task failed = fail("download_image", Map.of("image", folder.toString()));

      assertThat(failed.lastError().message()).isEqualTo("a folder, not a file: " + folder);
    }

    @Test
    void aDeviceIsRefused() {
      Task failed = fail("download_image", Map.of("image", "/dev/zero"));

      assertThat(failed.lastError().message()).isEqualTo("not a regular file: /dev/zero");
    }

    @Test
    void aHugeFileIsRefused() throws IOException {
      Path huge = folder.resolve("huge.jpg");
      try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
        file.setLength(Fetcher.MOST_BYTES + 1);
      }

      Task failed = fail("download_image", Map.of("image", huge.toString()));

      assertThat(failed.lastError().message()).isEqualTo("larger than 64 MiB: " + huge);
      assertThat(failed.attempt()).isEqualTo(1);
      assertNothingIsLeftHalfWritten();
    }

    @Test
    void anEndlessAnswerIsRefused() throws IOException {
      try (Web web = new Web(200, null)) {
        Task failed = fail("download_image", Map.of("image", web.url("/endless.jpg")));

        assertThat(failed.lastError().message()).isEqualTo("larger than 64 MiB: the picture");
        assertNothingIsLeftHalfWritten();
      }
    }

    @Test
    void whatTheWebDoesNotHaveFailsAtOnce() throws IOException {
      try (Web web = new Web(404, new byte[0])) {
        Task failed = fail("download_image", Map.of("image", web.url("/a.jpg")));

        assertThat(failed.lastError().message()).isEqualTo("status 404 from 127.0.0.1");
        assertThat(failed.attempt()).isEqualTo(1);
      }
    }

    @Test
    void whatTheWebDoesNotHaveAtPresentIsTriedAgain() throws IOException {
      try (Web web = new Web(503, new byte[0])) {
        Task failed = fail("download_image", Map.of("image", web.url("/a.jpg")));

        assertThat(failed.reason()).isEqualTo(Reason.ATTEMPTS_SPENT);
        assertThat(failed.attempt()).isEqualTo(2);
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "http:///a.jpg", "file://host/a.jpg", "https://a b", "a\0b"})
    void whatIsNeitherUrlNorPathIsRefused(String image) {
      Task failed = fail("download_image", Map.of("image", image));

      assertThat(failed.lastError().message()).isEqualTo("image is neither a URL nor a path");
    }
  }

  @Nested
  class Resize {

    @Test
    void keepsProportions() throws IOException {
      jpeg("work/a/photo.jpg", 1200, 800);

      Resized resized =
          run("resize_image", Map.of("file", "a/photo.jpg", "width", 300), Resized.class);

      assertThat(resized.file()).isEqualTo("a/photo-300.jpg");
      assertThat(List.of(resized.width(), resized.height())).containsExactly(300, 200);
      BufferedImage made = ImageIO.read(work.resolve("a/photo-300.jpg").toFile());
      assertThat(List.of(made.getWidth(), made.getHeight())).containsExactly(300, 200);
    }

    @Test
    void neverEnlarges() throws IOException {
      jpeg("work/a/photo.jpg", 120, 80);

      Resized resized =
          run("resize_image", Map.of("file", "a/photo.jpg", "width", 1600), Resized.class);

      assertThat(List.of(resized.width(), resized.height())).containsExactly(120, 80);
    }

    @Test
    void makesAJpegOfATransparentPicture() throws IOException {
      Path source = work.resolve("a/logo.png");
      Files.createDirectories(source.getParent());
      BufferedImage transparent = new BufferedImage(400, 400, BufferedImage.TYPE_INT_ARGB);
      ImageIO.write(transparent, "png", source.toFile());

      Resized resized =
          run("resize_image", Map.of("file", "a/logo.png", "width", 100), Resized.class);

      byte[] made = Files.readAllBytes(work.resolve(resized.file()));
      assertThat(Arrays.copyOf(made, 2)).containsExactly(0xFF, 0xD8);
    }

    @Test
    void tellsHowFarItIs() throws IOException {
      jpeg("work/a/photo.jpg", 1200, 800);
      TaskHandle<Resized> handle =
          taskorch
              .client()
              .enqueue("resize_image", Map.of("file", "a/photo.jpg", "width", 300), Resized.class);

      handle.await(SOON);

      Task ended = taskorch.client().get(handle.id());
      assertThat(ended.progress().percent()).isEqualTo(100);
      assertThat(taskorch.client().logs(handle.id(), 0, 10).lines())
          .extracting(LogLine::line)
          .containsExactly("resized photo.jpg from 1200x800 to 300x200");
    }

    @Test
    void aTextFileIsNoImage() throws IOException {
      write("work/a/notes.jpg", "remember the milk".getBytes(StandardCharsets.UTF_8));

      Task failed = fail("resize_image", Map.of("file", "a/notes.jpg"));

      assertThat(failed.lastError().message()).isEqualTo("not an image: notes.jpg");
      assertThat(failed.reason()).isEqualTo(Reason.PERMANENT_ERROR);
      assertThat(failed.attempt()).isEqualTo(1);
    }

    @Test
    void anEmptyFileIsNoImage() throws IOException {
      write("work/a/empty.jpg", new byte[0]);

      Task failed = fail("resize_image", Map.of("file", "a/empty.jpg"));

      assertThat(failed.lastError().message()).isEqualTo("not an image: empty.jpg");
    }

    @Test
    void aFileThatEndsTooEarlyIsDamaged() throws IOException {
      byte[] whole = Files.readAllBytes(jpeg("photo.jpg", 640, 480));
      write("work/a/half.jpg", Arrays.copyOf(whole, 100));

      Task failed = fail("resize_image", Map.of("file", "a/half.jpg"));

      assertThat(failed.lastError().message()).isEqualTo("a damaged image: half.jpg");
      assertThat(failed.reason()).isEqualTo(Reason.PERMANENT_ERROR);
    }

    @Test
    void aSmallFileThatWouldFillTheMemoryIsRefused() throws IOException {
      write("work/a/bomb.png", pngHeader(60_000, 60_000));

      Task failed = fail("resize_image", Map.of("file", "a/bomb.png"));

      assertThat(failed.lastError().message()).isEqualTo("more than 64 megapixels: bomb.png");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001, Integer.MAX_VALUE})
    void anImpossibleWidthIsRefused(int width) {
      Task failed = fail("resize_image", Map.of("width", width));

      assertThat(failed.lastError().message()).isEqualTo("width is not 1 to 10000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret.jpg", "a/../../secret.jpg", "", ".", "a\0b"})
    void aNameOutsideTheFolderIsRefused(String name) throws IOException {
      jpeg("secret.jpg", 64, 48);

      Task failed = fail("resize_image", Map.of("file", name));

      assertThat(failed.lastError().message()).startsWith("not a name inside the folder");
    }

    @Test
    void aPathOutsideTheFolderIsRefused() throws IOException {
      Task failed = fail("resize_image", Map.of("file", jpeg("secret.jpg", 64, 48).toString()));

      assertThat(failed.lastError().message()).startsWith("not a name inside the folder");
    }
  }

  @Nested
  class Upload {

    @Test
    void storesInAFolderOfTheGallery() throws IOException {
      Path small = jpeg("work/a/photo-1.jpg", 10, 10);
      jpeg("work/a/photo-2.jpg", 20, 20);

      Uploaded uploaded =
          run(
              "upload_image",
              Map.of("files", List.of("a/photo-1.jpg", "a/photo-2.jpg"), "folder", "trip/day 1"),
              Uploaded.class);

      assertThat(uploaded.files())
          .containsExactly(
              gallery.resolve("trip/day 1/photo-1.jpg").toString(),
              gallery.resolve("trip/day 1/photo-2.jpg").toString());
      assertThat(gallery.resolve("trip/day 1/photo-1.jpg")).hasSameBinaryContentAs(small);
    }

    @Test
    void replacesWhatAnEarlierAttemptLeft() throws IOException {
      Path small = jpeg("work/a/photo.jpg", 10, 10);
      write("gallery/trip/photo.jpg", new byte[] {1, 2, 3});

      run(
          "upload_image",
          Map.of("files", List.of("a/photo.jpg"), "folder", "trip"),
          Uploaded.class);

      assertThat(gallery.resolve("trip/photo.jpg")).hasSameBinaryContentAs(small);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../..", "a/../..", "/etc", "a\0b"})
    void neverStoresOutsideOfTheGallery(String place) throws IOException {
      jpeg("work/a/photo.jpg", 10, 10);

      Task failed = fail("upload_image", Map.of("files", List.of("a/photo.jpg"), "folder", place));

      assertThat(failed.lastError().message()).startsWith("not a name inside the folder");
      assertThat(folder.resolve("photo.jpg")).doesNotExist();
    }

    @Test
    void neverFollowsALinkOutOfTheGallery() throws IOException {
      jpeg("work/a/photo.jpg", 10, 10);
      Path outside = Files.createDirectory(folder.resolve("outside"));
      Files.createDirectories(gallery);
      Files.createSymbolicLink(gallery.resolve("link"), outside);

      Task failed = fail("upload_image", Map.of("files", List.of("a/photo.jpg"), "folder", "link"));

      assertThat(failed.lastError().message()).isEqualTo("leads outside of the folder: link");
      assertThat(outside).isEmptyDirectory();
    }

    @Test
    void aFileThatIsGoneFailsAtOnce() {
      Task failed = fail("upload_image", Map.of("files", List.of("a/photo.jpg")));

      assertThat(failed.lastError().message()).isEqualTo("no such file in the folder: a/photo.jpg");
    }
  }

  @Nested
  class Process {

    @Test
    void doesAllInOne() throws IOException {
      Path picture = jpeg("photo.jpg", 600, 400);

      Thumb thumb =
          run(
              "process_image",
              Map.of("image", picture, "width", 150, "folder", "trip"),
              Thumb.class);

      assertThat(thumb)
          .isEqualTo(new Thumb(gallery.resolve("trip/photo-150.jpg").toString(), 150, 100));
      assertThat(ImageIO.read(Path.of(thumb.file()).toFile()).getWidth()).isEqualTo(150);
    }

    @Test
    void fallsBackToASample() throws IOException {
      Thumb thumb = run("process_image", null, Thumb.class);

      assertThat(List.of(thumb.width(), thumb.height())).containsExactly(320, 240);
      assertThat(Path.of(thumb.file())).isRegularFile();
    }
  }

  private <R> R run(String type, @Nullable Object payload, Class<R> result) {
    return taskorch.client().enqueue(type, payload, result).await(SOON);
  }

  private Task fail(String type, Object payload) {
    TaskSpec spec =
        TaskSpec.builder(type)
            .payload(new PayloadCodec(PayloadCodec.defaultMapper()).write(payload))
            .retryPolicy(QUICKLY)
            .build();
    Task ended = taskorch.client().await(taskorch.client().enqueue(spec).id(), SOON);
    assertThat(ended.state()).isEqualTo(TaskState.FAILED);
    return ended;
  }

  private void assertNothingIsLeftHalfWritten() {
    try (Stream<Path> files = Files.walk(work)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path jpeg(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setColor(Color.ORANGE);
    pen.fillOval(0, 0, width, height);
    pen.dispose();
    ImageIO.write(image, "jpg", file.toFile());
    return file;
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static byte[] pngHeader(int width, int height) {
    return ByteBuffer.allocate(33)
        .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'})
        .putInt(13)
        .put("IHDR".getBytes(StandardCharsets.US_ASCII))
        .putInt(width)
        .putInt(height)
        .put(new byte[] {8, 2, 0, 0, 0})
        .putInt(0)
        .array();
  }

  /** A web server that always gives the same answer; one that never ends when there is no body. */
  private static final class Web implements AutoCloseable {
    private final HttpServer server;

    Web(int status, byte @Nullable [] body) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(
                status, body == null ? 0 : body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
              if (body != null) {
                out.write(body);
              } else {
                byte[] chunk = new byte[1 << 20];
                while (true) {
                  out.write(chunk);
                }
              }
            }
          });
      server.start();
    }

    String url(String path) {
      return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
