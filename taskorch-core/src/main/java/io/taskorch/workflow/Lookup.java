package io.taskorch.workflow;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.taskorch.task.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value wanted from a document, and what is wanted inside it. All that is wanted is found in one
 * pass, so that many references to a large document cost no more than one.
 */
final class Lookup {

  private final Map<String, Lookup> inside = new HashMap<>();
  private @Nullable JsonSlice value;

  /** The value at this path from here. */
  Lookup at(List<String> path) {
    Lookup wanted = this;
    for (String name : path) {
      wanted = wanted.inside.computeIfAbsent(name, n -> new Lookup());
    }
    return wanted;
  }

  /** Empty when the document has no such value, or has not been searched yet. */
  Optional<JsonSlice> value() {
    return Optional.ofNullable(value);
  }

  /**
   * Finds what is wanted.
   *
   * @throws IOException the document is not JSON
   */
  void search(Json document) throws IOException {
    try (JsonParser parser = JsonSlice.parser(document)) {
      if (parser.nextToken() != null) {
        find(parser, document.utf8());
      }
    }
  }

  /** Recursion goes as deep as a path is long, never as deep as the document. */
  private void find(JsonParser parser, byte[] document) throws IOException {
    int start = JsonSlice.startOfToken(parser);
    if (inside.isEmpty()) {
      parser.skipChildren();
    } else if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        findInside(name, parser, document);
      }
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        findInside(Integer.toString(i), parser, document);
      }
    }
    value = JsonSlice.upToToken(parser, document, start);
  }

  /** Of two fields of one name the first counts. */
  private void findInside(String name, JsonParser parser, byte[] document) throws IOException {
    Lookup wanted = inside.get(name);
    if (wanted == null || wanted.value != null) {
      parser.skipChildren();
    } else {
      wanted.find(parser, document);
    }
  }
}
