package io.taskorch.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which many commands may be under way. It does no more than a ceiling needs: no
 * pool, no futures, one thread.
 */
final class Pipeline implements AutoCloseable {

  private static final int BUFFER = 256 * 1024;

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;

  Pipeline(URI redis) {
    try {
      socket = new Socket(redis.getHost(), redis.getPort());
      socket.setTcpNoDelay(true);
      out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The SHA by which a script of this package can be called. */
  String load(String script) {
    try (InputStream file = Pipeline.class.getResourceAsStream(script + ".lua")) {
      if (file == null) {
        throw new IllegalArgumentException("there is no script " + script);
      }
      send(bytes("SCRIPT"), bytes("LOAD"), file.readAllBytes());
      return new String((byte[]) require(receive()), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Sends a command and does not wait. */
  void send(byte[]... words) {
    try {
      write(out, words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A command as it goes over the wire. */
  static byte[] encoded(byte[]... words) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(bytes, words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(OutputStream to, byte[]... words) throws IOException {
    header(to, '*', words.length);
    for (byte[] word : words) {
      header(to, '$', word.length);
      to.write(word);
      to.write('\r');
      to.write('\n');
    }
  }

  private static void header(OutputStream to, char kind, int number) throws IOException {
    to.write(kind);
    to.write(bytes(Integer.toString(number)));
    to.write('\r');
    to.write('\n');
  }

  /** The next answer: bytes, a long, or a list of answers. */
  @Nullable Object receive() {
    try {
      out.flush();
      return read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable Object read() throws IOException {
    byte kind = in.readByte();
    long number = kind == '+' || kind == '-' ? 0 : number();
    switch (kind) {
      case '+':
        return line();
      case '-':
        throw new IOException("Redis says " + new String(line(), StandardCharsets.UTF_8));
      case ':':
        return number;
      case '$':
        if (number < 0) {
          return null;
        }
        byte[] bytes = in.readNBytes((int) number);
        in.skipNBytes(2);
        return bytes;
      default:
        List<@Nullable Object> list = new ArrayList<>();
        for (long i = 0; i < number; i++) {
          list.add(read());
        }
        return list;
    }
  }

  private long number() throws IOException {
    return Long.parseLong(new String(line(), StandardCharsets.US_ASCII));
  }

  private byte[] line() throws IOException {
    byte[] line = new byte[512];
    int length = 0;
    byte next = in.readByte();
    while (next != '\r') {
      if (length < line.length) {
        line[length++] = next;
      }
      next = in.readByte();
    }
    in.readByte();
    return Arrays.copyOf(line, length);
  }

  static Object require(@Nullable Object answer) {
    if (answer == null) {
      throw new IllegalStateException("Redis gave no answer");
    }
    return answer;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
