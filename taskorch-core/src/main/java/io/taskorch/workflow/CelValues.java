package io.taskorch.workflow;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cel.common.values.NullValue;
import io.taskorch.task.Json;
import io.taskorch.task.TaskError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Documents as values of the language: whole numbers that fit are of 64 bits, all others doubles.
 */
final class CelValues {

  /**
   * An array. The library puts values into its messages, in words: of a document that would cost
   * much and tell too much.
   */
  static final class JsonList extends ArrayList<Object> {
    private static final long serialVersionUID = 1L;

    /** What it costs to walk through all that it holds, as {@link CelMeter} counts. */
    private long weight = CelMeter.VALUE;

    private void put(Object value) {
      add(value);
      weight += CelMeter.weight(value);
    }

    long weight() {
      return weight;
    }

    @Override
    public String toString() {
      return "[…]";
    }
  }

  /** An object, likewise. */
  static final class JsonMap extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1L;

    private long weight = CelMeter.VALUE;

    /** Of two fields of one name the first counts, as in references. */
    private void addField(String name, Object value) {
      if (putIfAbsent(name, value) == null) {
        weight += CelMeter.weight(name) + CelMeter.weight(value);
      }
    }

    long weight() {
      return weight;
    }

    @Override
    public String toString() {
      return "{…}";
    }
  }

  private CelValues() {}

  /**
   * @throws IOException the document is not JSON, or nested too deep
   */
  static Object of(Json document) throws IOException {
    try (JsonParser parser = JsonSlice.parser(document)) {
      if (parser.nextToken() == null) {
        throw new IOException("empty");
      }
      Object value = read(parser);
      if (parser.nextToken() != null) {
        throw new IOException("more than one document");
      }
      return value;
    }
  }

  /**
   * @param result to be read in place of the step's own
   */
  static Map<String, Object> of(Condition.Upstream step, Json result) throws IOException {
    return Map.of(
        "state", step.state().name(), "result", of(result), "error", ofNullable(step.error()));
  }

  private static Object ofNullable(@Nullable TaskError error) {
    if (error == null) {
      return NullValue.NULL_VALUE;
    }
    Map<String, Object> fields = new HashMap<>();
    fields.put("kind", error.kind());
    fields.put("type", ofNullable(error.type()));
    fields.put("message", ofNullable(error.message()));
    return fields;
  }

  private static Object ofNullable(@Nullable String text) {
    return text == null ? NullValue.NULL_VALUE : text;
  }

  /** Recursion goes as deep as the parser lets documents be. */
  private static Object read(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        JsonMap map = new JsonMap();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          map.addField(name, read(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        JsonList list = new JsonList();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.put(read(parser));
        }
        yield list;
      }
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> Double.valueOf(parser.getText());
          };
      case VALUE_NUMBER_FLOAT -> Double.valueOf(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> NullValue.NULL_VALUE;
      default -> parser.getText();
    };
  }
}
