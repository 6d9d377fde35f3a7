package io.taskorch.task;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One JSON document as its UTF-8 bytes. Payloads and results pass through taskorch unread, so they
 * leave byte for byte as they came.
 */
public final class Json {

  /** The document {@code null}, for a task without a payload and a handler without a result. */
  public static final Json NULL = Json.of("null");

  private final byte[] utf8;

  private Json(byte[] utf8) {
    this.utf8 = utf8;
  }

  /** Wraps the bytes without a copy; the caller must not change them afterwards. */
  public static Json ofUtf8(byte[] utf8) {
    return new Json(utf8);
  }

  public static Json of(String text) {
    return new Json(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The bytes themselves, not a copy; the caller must not change them. */
  public byte[] utf8() {
    return utf8;
  }

  public int size() {
    return utf8.length;
  }

  public boolean isNull() {
    return equals(NULL);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Json json && Arrays.equals(utf8, json.utf8);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(utf8);
  }

  @Override
  public String toString() {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
