package io.taskorch.redis;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads the elements of a script's reply: bulk strings come as bytes, integers as longs. */
final class Replies {

  private Replies() {}

  static byte[] bytes(Object element) {
    return (byte[]) element;
  }

  static String text(Object element) {
    return element instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : element.toString();
  }

  static long number(Object element) {
    return element instanceof Long number ? number : Long.parseLong(text(element));
  }

  /** A time in ms, of which 0 means none. */
  static @Nullable Instant time(Object element) {
    long millis = number(element);
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }

  static boolean flag(Object element) {
    return number(element) == 1;
  }
}
