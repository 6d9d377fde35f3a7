package io.taskorch.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One plain connection to a Redis, for looking at keys as they are without the client under test.
 * Not for several threads.
 */
public final class RawRedis implements AutoCloseable {

  private static final int CONNECT_MILLIS = 2_000;
  private static final int READ_MILLIS = 30_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private RawRedis(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = new BufferedOutputStream(socket.getOutputStream());
  }

  /**
   * Connects, authenticates when the address has a user info, and selects its database.
   *
   * @param address {@code redis://[[user]:password@]host:port[/db]}
   */
  public static RawRedis connect(URI address) {
    return connect(address, Duration.ofMillis(READ_MILLIS));
  }

  static RawRedis connect(URI address, Duration longestReply) {
    try {
      Socket socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), CONNECT_MILLIS);
        socket.setSoTimeout((int) longestReply.toMillis());
        socket.setTcpNoDelay(true);
        RawRedis redis = new RawRedis(socket);
        redis.introduce(address);
        return redis;
      } catch (IOException | RuntimeException e) {
        socket.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no Redis at " + withoutSecret(address), e);
    }
  }

  private void introduce(URI address) {
    String user = address.getUserInfo();
    if (user != null) {
      int colon = user.indexOf(':');
      if (colon > 0) {
        call("AUTH", user.substring(0, colon), user.substring(colon + 1));
      } else {
        call("AUTH", user.substring(colon + 1));
      }
    }
    String path = address.getPath();
    if (path != null && path.length() > 1) {
      call("SELECT", path.substring(1));
    }
  }

  private static String withoutSecret(URI address) {
    return address.getHost() + ':' + address.getPort();
  }

  /**
   * One command and its reply.
   *
   * @param words {@code byte[]} as they are, all else as its text
   * @return {@code byte[]}, {@link Long}, {@link String} of a status, {@link List} of these, or
   *     null
   * @throws IllegalStateException when Redis answers with an error
   */
  public @Nullable Object call(Object... words) {
    try {
      write(words);
      out.flush();
      return read();
    } catch (IOException e) {
      throw new UncheckedIOException("the connection to Redis broke", e);
    }
  }

  /** The reply to a command as text; null for none. */
  public @Nullable String text(Object... words) {
    return asText(call(words));
  }

  /** The reply to a command that answers with a number. */
  public long number(Object... words) {
    Object reply = call(words);
    if (reply instanceof Long number) {
      return number;
    }
    throw new IllegalStateException(words[0] + " did not answer with a number");
  }

  /** The reply to a command that answers with a list; empty entries become empty texts. */
  public List<String> texts(Object... words) {
    List<String> texts = new ArrayList<>();
    for (Object entry : list(call(words))) {
      String text = asText(entry);
      texts.add(text == null ? "" : text);
    }
    return texts;
  }

  /** All keys that begin so, sorted, found by a scan. */
  public Set<String> keys(String prefix) {
    Set<String> keys = new TreeSet<>();
    String cursor = "0";
    do {
      List<?> reply = list(call("SCAN", cursor, "MATCH", literally(prefix) + "*", "COUNT", 1000));
      cursor = String.valueOf(asText(reply.get(0)));
      for (Object key : list(reply.get(1))) {
        keys.add(String.valueOf(asText(key)));
      }
    } while (!cursor.equals("0"));
    return keys;
  }

  /** Deletes all keys that begin so. */
  public void deleteAll(String prefix) {
    for (String key : keys(prefix)) {
      call("UNLINK", key);
    }
  }

  private static String literally(String prefix) {
    return prefix.replaceAll("([\\\\\\[\\]*?^])", "\\\\$1");
  }

  private static List<?> list(@Nullable Object reply) {
    return reply instanceof List<?> entries ? entries : List.of();
  }

  private static @Nullable String asText(@Nullable Object reply) {
    if (reply == null) {
      return null;
    }
    return reply instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : reply.toString();
  }

  private void write(Object... words) throws IOException {
    out.write(("*" + words.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
    for (Object word : words) {
      byte[] bytes =
          word instanceof byte[] raw ? raw : word.toString().getBytes(StandardCharsets.UTF_8);
      out.write(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(bytes);
      out.write('\r');
      out.write('\n');
    }
  }

  private @Nullable Object read() throws IOException {
    String head = line();
    String rest = head.substring(1);
    return switch (head.charAt(0)) {
      case '+' -> rest;
      case '-' -> throw new IllegalStateException(rest);
      case ':' -> Long.valueOf(rest);
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> array(Integer.parseInt(rest));
      default -> throw new IOException("not a Redis reply");
    };
  }

  private byte @Nullable [] bulk(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    in.skipNBytes(2);
    return bytes;
  }

  private @Nullable List<@Nullable Object> array(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    List<@Nullable Object> entries = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      entries.add(read());
    }
    return entries;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int c;
    while ((c = in.read()) != '\r') {
      if (c < 0) {
        throw new EOFException();
      }
      line.append((char) c);
    }
    in.read();
    if (line.isEmpty()) {
      throw new EOFException();
    }
    return line.toString();
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
