package io.taskorch.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The ARGV of a script. */
final class Args {

  private static final byte[] EMPTY = new byte[0];

  private final List<Object> values;

  private Args(int capacity) {
    values = new ArrayList<>(capacity);
  }

  static Args of() {
    return new Args(8);
  }

  static Args ofCapacity(int capacity) {
    return new Args(capacity);
  }

  /** Text as it is sent. */
  static byte[] bytes(String text) {
    return text.isEmpty() ? EMPTY : text.getBytes(StandardCharsets.UTF_8);
  }

  Args add(byte[] value) {
    values.add(value);
    return this;
  }

  Args add(String value) {
    return add(bytes(value));
  }

  Args add(long value) {
    return add(Long.toString(value));
  }

  Args add(boolean value) {
    return add(value ? "1" : "0");
  }

  /** The number of the values, then each. */
  Args addAll(Iterable<String> list) {
    int at = values.size();
    values.add(EMPTY);
    list.forEach(this::add);
    values.set(at, Long.toString(values.size() - at - 1L).getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  Object[] toArray() {
    return values.toArray();
  }
}
