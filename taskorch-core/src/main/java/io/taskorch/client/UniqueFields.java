package io.taskorch.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.taskorch.task.Durations;
import io.taskorch.task.Json;
import io.taskorch.task.UniqueKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes the key of a payload whose type is {@link Unique}. */
final class UniqueFields {

  private static final ObjectMapper JSON = new ObjectMapper();

  private UniqueFields() {}

  /**
   * @param payload as it was handed in
   * @param written the same as JSON
   * @return null when its type is not {@link Unique}
   * @throws IllegalArgumentException the annotation cannot be, or names a field that is not there
   */
  static @Nullable UniqueKey keyOf(String type, @Nullable Object payload, Json written) {
    Unique unique = payload == null ? null : payload.getClass().getAnnotation(Unique.class);
    if (unique == null) {
      return null;
    }
    String key = type + " " + (unique.fields().length == 0 ? written : values(unique, written));
    return new UniqueKey(
        key.length() > UniqueKey.LONGEST_KEY ? Fingerprint.of(Json.of(quoted(key))) : key,
        unique.until(),
        duration(unique.ttl()),
        unique.onConflict(),
        duration(unique.maxWait()));
  }

  private static String values(Unique unique, Json written) {
    try {
      JsonNode document = JSON.readTree(written.utf8());
      ArrayNode values = JSON.createArrayNode();
      for (String field : unique.fields()) {
        JsonNode value = document.get(field);
        if (value == null) {
          throw new IllegalArgumentException(
              "the payload has no field " + field + ", which its type says is unique");
        }
        values.add(value);
      }
      return values.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String quoted(String text) {
    return JSON.getNodeFactory().textNode(text).toString();
  }

  private static @Nullable Duration duration(String text) {
    return text.isEmpty() ? null : Durations.parse(text);
  }
}
