package io.taskorch.workflow;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.taskorch.task.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of one value inside a document, from {@code start} up to {@code end}. Values are moved
 * as bytes, never read and written again, so that they keep every digit.
 */
record JsonSlice(byte[] document, int start, int end) {

  /**
   * Numbers and names are not converted here, so their length is no danger; nor is a BOM or another
   * encoding than UTF-8 let pass.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  static JsonParser parser(Json document) throws IOException {
    return JSON.createParser(document.utf8());
  }

  /** Where the parser's token begins. */
  static int startOfToken(JsonParser parser) {
    return offset(parser.currentTokenLocation());
  }

  /** The value that began at {@code start} and whose last token the parser is at. */
  static JsonSlice upToToken(JsonParser parser, byte[] document, int start) throws IOException {
    parser.finishToken();
    int end = offset(parser.currentLocation());
    // After a number the parser may have passed a blank, to see where it ends.
    while (isBlank(document[end - 1])) {
      end--;
    }
    return new JsonSlice(document, start, end);
  }

  private static int offset(JsonLocation location) {
    return Math.toIntExact(location.getByteOffset());
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  boolean isString() {
    return document[start] == '"';
  }

  int length() {
    return end - start;
  }

  @Override
  public String toString() {
    return new String(document, start, length(), StandardCharsets.UTF_8);
  }
}
