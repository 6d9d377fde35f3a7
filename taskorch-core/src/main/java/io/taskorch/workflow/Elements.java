package io.taskorch.workflow;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The elements of a list that a step is done for. */
public final class Elements {

  private Elements() {}

  /**
   * The elements, byte for byte as they stand in the list.
   *
   * @throws InvalidTaskException it is no list, or has too many elements or too large ones
   */
  public static List<Json> of(Json list) {
    List<Json> elements = new ArrayList<>();
    try (JsonParser parser = JsonSlice.parser(list)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw refused("not-a-list", "is not a list");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (elements.size() == Step.MOST_ELEMENTS) {
          throw refused("out-of-range", "has more than " + Step.MOST_ELEMENTS + " elements");
        }
        elements.add(element(parser, list.utf8()));
      }
    } catch (IOException e) {
      throw refused("invalid-json", "is not JSON");
    }
    return elements;
  }

  private static Json element(JsonParser parser, byte[] list) throws IOException {
    int start = JsonSlice.startOfToken(parser);
    parser.skipChildren();
    JsonSlice slice = JsonSlice.upToToken(parser, list, start);
    if (slice.length() > TaskSpec.MOST_PAYLOAD_BYTES) {
      throw refused("too-large", "has an element larger than 256 KiB");
    }
    return Json.ofUtf8(Arrays.copyOfRange(slice.document(), slice.start(), slice.end()));
  }

  private static InvalidTaskException refused(String code, String detail) {
    return new InvalidTaskException(List.of(new Violation("/for_each", code, detail)));
  }
}
