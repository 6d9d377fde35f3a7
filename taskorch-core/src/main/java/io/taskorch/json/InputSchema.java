package io.taskorch.json;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taskorch.task.Json;
import io.taskorch.task.Violations;
import java.io.IOException;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A JSON Schema that inputs must keep to, of draft 2020-12 unless it names another one. It needs
 * {@code com.networknt:json-schema-validator} on the class path, which the core does not bring.
 */
public final class InputSchema {

  public static final int MOST_BYTES = 256 * 1024;

  private static final String LIBRARY = "com.networknt:json-schema-validator";
  private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef", "$recursiveRef");
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final JsonNode schema;

  private InputSchema(JsonNode schema) {
    this.schema = schema;
  }

  /**
   * Reads a schema.
   *
   * @throws io.taskorch.task.InvalidTaskException it is none, refers to something outside of
   *     itself, or the library is missing; the pointers begin with {@code /input_schema}
   */
  public static InputSchema of(Json document) {
    Violations wrong = new Violations();
    String pointer = "/input_schema";
    if (!libraryIsThere()) {
      wrong.add(pointer, "unsupported", "needs " + LIBRARY + " on the class path");
      wrong.throwIfAny();
    }
    if (document.size() > MOST_BYTES) {
      wrong.add(pointer, "too-large", "is larger than 256 KiB");
      wrong.throwIfAny();
    }
    JsonNode schema = tree(document, pointer);
    if (!schema.isObject() && !schema.isBoolean()) {
      wrong.add(pointer, "invalid-schema", "is neither an object nor true or false");
    }
    requireUsable(schema, pointer, wrong);
    wrong.throwIfAny();
    SchemaCheck.ofSchema(schema, pointer, wrong);
    wrong.throwIfAny();
    return new InputSchema(schema);
  }

  private static boolean libraryIsThere() {
    try {
      Class<?> unused =
          Class.forName(
              "com.networknt.schema.SchemaRegistry", false, InputSchema.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static JsonNode tree(Json document, String pointer) {
    try {
      return JSON.readTree(document.utf8());
    } catch (IOException e) {
      Violations wrong = new Violations();
      wrong.add(pointer, "malformed", "is not one JSON document");
      wrong.throwIfAny();
      throw new IllegalStateException(e);
    }
  }

  /**
   * References within the schema, because what is fetched from elsewhere could change, be away, or
   * be an address inside the network; and patterns that are some.
   */
  private static void requireUsable(JsonNode node, String pointer, Violations wrong) {
    for (var field : node.properties()) {
      String at = pointer + "/" + field.getKey().replace("~", "~0").replace("/", "~1");
      JsonNode value = field.getValue();
      if (REFERENCES.contains(field.getKey())
          && value.isTextual()
          && !value.textValue().startsWith("#")) {
        wrong.add(at, "remote-reference", "refers to something outside of the schema");
      }
      if (field.getKey().equals("pattern") && value.isTextual() && !isPattern(value.textValue())) {
        wrong.add(at, "invalid-schema", "is not a regular expression");
      }
      requireUsable(value, at, wrong);
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        requireUsable(node.get(i), pointer + "/" + i, wrong);
      }
    }
  }

  private static boolean isPattern(String regex) {
    try {
      Pattern unused = Pattern.compile(regex);
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  /**
   * Checks an input.
   *
   * @throws io.taskorch.task.InvalidTaskException it does not keep to the schema; the pointers
   *     begin with {@code /input}
   */
  public void check(Json input) {
    Violations wrong = new Violations();
    SchemaCheck.ofInput(schema, tree(input, "/input"), "/input", wrong);
    wrong.throwIfAny();
  }
}
