package io.taskorch.examples;

import io.taskorch.task.PermanentTaskException;
import io.taskorch.worker.TaskContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;

/** Copies a picture from where it is, within limits of size and time. */
final class Fetcher {

  static final long MOST_BYTES = 64L * 1024 * 1024;

  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);
  private static final int CHUNK = 64 * 1024;

  private final HttpClient web =
      HttpClient.newBuilder()
          .connectTimeout(LONGEST_CONNECT)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  /**
   * @throws PermanentTaskException it is not there, or too large: trying again will not help
   * @throws IOException it cannot be had at present
   */
  void fetch(Origin origin, OutputStream out, TaskContext task)
      throws IOException, InterruptedException {
    switch (origin) {
      case Origin.Sample(String name) -> {
        try (InputStream in = Samples.open(name)) {
          in.transferTo(out);
        }
      }
      case Origin.Local(Path path) -> fromFile(path, out, task);
      case Origin.Web(URI address) -> fromWeb(address, out, task);
    }
  }

  private static void fromFile(Path path, OutputStream out, TaskContext task) throws IOException {
    long size = sizeOf(path);
    try (InputStream in = Files.newInputStream(path)) {
      copy(in, out, size, path.toString(), task);
    }
  }

  private static long sizeOf(Path path) throws IOException {
    BasicFileAttributes file;
    try {
      file = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      throw new PermanentTaskException("no such file: " + path, e);
    }
    if (file.isDirectory()) {
      throw new PermanentTaskException("a folder, not a file: " + path);
    }
    // A pipe or a device may never end, or never begin.
    if (!file.isRegularFile()) {
      throw new PermanentTaskException("not a regular file: " + path);
    }
    if (!Files.isReadable(path)) {
      throw new PermanentTaskException("not readable: " + path);
    }
    return file.size();
  }

  private void fromWeb(URI address, OutputStream out, TaskContext task)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address).timeout(LONGEST_ANSWER).build();
    HttpResponse<InputStream> response =
        web.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      int status = response.statusCode();
      if (status != 200) {
        String message = "status " + status + " from " + address.getHost();
        if (status >= 500 || status == 408 || status == 429) {
          throw new IOException(message);
        }
        throw new PermanentTaskException(message);
      }
      long size = response.headers().firstValueAsLong("Content-Length").orElse(-1);
      copy(in, out, size, "the picture", task);
    }
  }

  private static void copy(
      InputStream in, OutputStream out, long size, String what, TaskContext task)
      throws IOException {
    byte[] chunk = new byte[CHUNK];
    long copied = 0;
    for (int read = 0; read >= 0; read = in.read(chunk)) {
      copied += read;
      if (Math.max(copied, size) > MOST_BYTES) {
        throw new PermanentTaskException("larger than " + (MOST_BYTES >> 20) + " MiB: " + what);
      }
      out.write(chunk, 0, read);
      if (size > 0) {
        task.progress((int) Math.min(100, 100 * copied / size), copied + " bytes");
      }
    }
  }
}
