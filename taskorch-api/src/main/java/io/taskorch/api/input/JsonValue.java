package io.taskorch.api.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import io.taskorch.task.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A JSON value where it stands in the bytes of a request. It is taken apart one level at a time, so
 * that a payload is skipped once and never becomes a tree.
 */
final class JsonValue {

  /** Deeper documents are taken for an attack on whoever reads them. */
  static final int DEEPEST = 200;

  static final int LONGEST_NUMBER = 1_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(LONGEST_NUMBER)
                  .build())
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // A parser that guesses would let UTF-16, UTF-32 and a byte order mark pass.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /** What a value can be. */
  enum Kind {
    OBJECT,
    ARRAY,
    TEXT,
    NUMBER,
    FLAG,
    NULL
  }

  private final byte[] bytes;
  private final int from;
  private final int to;
  private final Kind kind;

  private JsonValue(byte[] bytes, int from, int to, Kind kind) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.kind = kind;
  }

  /**
   * Checks a whole document.
   *
   * @throws MalformedJsonException when it is not exactly one JSON value in UTF-8
   */
  static JsonValue parse(byte[] body) {
    requireUtf8(body);
    try (JsonParser parser = FACTORY.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new MalformedJsonException("is empty");
      }
      JsonValue value = skip(parser, body, 0, first);
      if (parser.nextToken() != null) {
        throw new MalformedJsonException("goes on after its end");
      }
      return value;
    } catch (StreamConstraintsException e) {
      throw new MalformedJsonException(
          "is nested deeper than "
              + DEEPEST
              + " levels, or has a number of more than "
              + LONGEST_NUMBER
              + " digits or an over-long name",
          e);
    } catch (StreamReadException e) {
      var where = e.getLocation();
      throw new MalformedJsonException(
          "is not JSON, at line " + where.getLineNr() + ", column " + where.getColumnNr(), e);
    } catch (IOException e) {
      throw new MalformedJsonException("is not JSON", e);
    }
  }

  private static void requireUtf8(byte[] body) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
    } catch (CharacterCodingException e) {
      throw new MalformedJsonException("is not UTF-8", e);
    }
  }

  /** The value that begins with the token; the parser ends up on its last one. */
  private static JsonValue skip(JsonParser parser, byte[] bytes, int base, JsonToken token)
      throws IOException {
    int from = base + Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    parser.skipChildren();
    parser.finishToken();
    int to = base + Math.toIntExact(parser.currentLocation().getByteOffset());
    // The parser looks one character beyond a number that is the whole document.
    while (bytes[to - 1] <= ' ') {
      to--;
    }
    Kind kind =
        switch (token) {
          case START_OBJECT -> Kind.OBJECT;
          case START_ARRAY -> Kind.ARRAY;
          case VALUE_STRING -> Kind.TEXT;
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Kind.NUMBER;
          case VALUE_TRUE, VALUE_FALSE -> Kind.FLAG;
          case VALUE_NULL -> Kind.NULL;
          case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
              throw new IllegalStateException("no value begins with " + token);
        };
    return new JsonValue(bytes, from, to, kind);
  }

  Kind kind() {
    return kind;
  }

  /** The bytes as they came. */
  Json raw() {
    return Json.ofUtf8(Arrays.copyOfRange(bytes, from, to));
  }

  int size() {
    return to - from;
  }

  /** The characters of a number or flag, as they came. */
  String literal() {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
  }

  /** The text of a string. */
  String text() {
    try (JsonParser parser = parser()) {
      parser.nextToken();
      return parser.getText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The fields of an object, in their order.
   *
   * @param duplicates hears of every name that is there again; the first one counts
   */
  Map<String, JsonValue> fields(Consumer<String> duplicates) {
    Map<String, JsonValue> fields = new LinkedHashMap<>();
    try (JsonParser parser = parser()) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonValue value = skip(parser, bytes, from, parser.nextToken());
        if (fields.putIfAbsent(name, value) != null) {
          duplicates.accept(name);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fields;
  }

  /** The items of an array. */
  List<JsonValue> items() {
    List<JsonValue> items = new ArrayList<>();
    try (JsonParser parser = parser()) {
      parser.nextToken();
      for (JsonToken token = parser.nextToken();
          token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        items.add(skip(parser, bytes, from, token));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return items;
  }

  private JsonParser parser() throws IOException {
    return FACTORY.createParser(bytes, from, to - from);
  }
}
