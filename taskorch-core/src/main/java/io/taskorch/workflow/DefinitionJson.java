package io.taskorch.workflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A definition as one JSON document, in the shape in which it is submitted: {@code {"name",
 * "steps":[{"name", "task_type", "dependencies", …}], "input_schema"}}. A step has the fields of
 * its task beside its own, by the names of the records' components, so a component that is added to
 * either needs nothing here. What is absent or empty is not written. Documents of users, such as
 * payloads, stay byte for byte.
 */
public final class DefinitionJson {

  private static final String NAME = "name";
  private static final String STEPS = "steps";
  private static final String INPUT_SCHEMA = "input_schema";
  private static final String TASK = "task";
  private static final String TYPE = "type";
  private static final String FLOW_FIELD = "flow";

  /** What {@link #TYPE} of a task is called in a step. */
  private static final String TASK_TYPE = "task_type";

  private static final String KIND = "kind";
  private static final String PAYLOAD = "payload";

  /** What {@link #PAYLOAD} is called in a step that runs a workflow. */
  private static final String INPUT = "input";

  private static final String RUN_AT = "run_at";

  /** What {@link #RUN_AT} is called in a step that waits. */
  private static final String UNTIL = "until";

  private static final JsonSetter.Value ABSENT_IS_EMPTY =
      JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .serializationInclusion(JsonInclude.Include.NON_EMPTY)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          // A version of this program that knows more may have written it.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .withConfigOverride(List.class, o -> o.setSetterInfo(ABSENT_IS_EMPTY))
          .withConfigOverride(Map.class, o -> o.setSetterInfo(ABSENT_IS_EMPTY))
          .addModule(new DefinitionModule())
          .build();

  /** The fields of a step that hold documents of users. */
  private static final Set<String> DOCUMENTS =
      Stream.concat(
              Stream.of(INPUT),
              Stream.of(Step.class, TaskSpec.class)
                  .flatMap(type -> Arrays.stream(type.getRecordComponents()))
                  .filter(component -> component.getType() == Json.class)
                  .map(DefinitionJson::fieldOf))
          .collect(Collectors.toSet());

  /** The fields of a step that are its own. */
  private static final Set<String> OWN = fields(Step.class);

  /** The fields of a step that are of its task's flow. */
  private static final Set<String> FLOW = fields(Flow.class);

  /** What a flow says without anybody's saying so. */
  private static final ObjectNode USUAL_FLOW = MAPPER.valueToTree(Flow.PLAIN);

  /** The fields of its own that a step has without anybody's saying so. */
  private static final ObjectNode DEFAULTS = MAPPER.createObjectNode();

  static {
    ObjectNode plain = MAPPER.valueToTree(new Step("plain", TaskSpec.of("plain"), List.of()));
    plain.remove(List.of(NAME, TASK));
    DEFAULTS.setAll(plain);
  }

  private DefinitionJson() {}

  private static Set<String> fields(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(DefinitionJson::fieldOf)
        .collect(Collectors.toSet());
  }

  private static String fieldOf(RecordComponent component) {
    return PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName());
  }

  /**
   * What a document holds.
   *
   * @param inputSchema null for none
   */
  public record Content(WorkflowDefinition definition, @Nullable Json inputSchema) {}

  public static Json write(WorkflowDefinition definition, @Nullable Json inputSchema) {
    ObjectNode document = MAPPER.createObjectNode().put(NAME, definition.name());
    document.set(STEPS, tree(definition));
    if (inputSchema != null) {
      document.putPOJO(INPUT_SCHEMA, inputSchema);
    }
    return json(document);
  }

  /** The steps alone, as a list. */
  public static Json steps(WorkflowDefinition definition) {
    return json(tree(definition));
  }

  private static Json json(Object tree) {
    try {
      return Json.ofUtf8(MAPPER.writeValueAsBytes(tree));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode tree(Json document) {
    try {
      return MAPPER.readTree(document.utf8());
    } catch (IOException e) {
      throw new IllegalArgumentException("not a document", e);
    }
  }

  private static ArrayNode tree(WorkflowDefinition definition) {
    ArrayNode steps = MAPPER.createArrayNode();
    definition.steps().forEach(step -> steps.add(fields(step)));
    return steps;
  }

  /** A step's fields, each by the name that it has in the document. */
  static ObjectNode fields(Step step) {
    ObjectNode own = MAPPER.valueToTree(step);
    ObjectNode all = MAPPER.createObjectNode();
    all.set(NAME, own.remove(NAME));
    if (own.remove(TASK) instanceof ObjectNode task) {
      all.set(TASK_TYPE, task.remove(TYPE));
      if (task.remove(FLOW_FIELD) instanceof ObjectNode flow) {
        USUAL_FLOW
            .properties()
            .forEach(usual -> removeUsual(flow, usual.getKey(), usual.getValue()));
        task.setAll(flow);
      }
      all.setAll(task);
    }
    nameByKind(step.kind(), all);
    DEFAULTS.properties().forEach(usual -> removeUsual(own, usual.getKey(), usual.getValue()));
    for (var field : own.properties()) {
      if (all.replace(field.getKey(), field.getValue()) != null) {
        throw new IllegalStateException("a step and its task both have " + field.getKey());
      }
    }
    return all;
  }

  private static void removeUsual(ObjectNode own, String field, JsonNode usual) {
    if (usual.equals(own.get(field))) {
      own.remove(field);
    }
  }

  /** A step that is no task has no type, and other names for what it needs of a task. */
  private static void nameByKind(Kind kind, ObjectNode fields) {
    if (kind == Kind.TASK) {
      return;
    }
    fields.remove(TASK_TYPE);
    JsonNode payload = fields.remove(PAYLOAD);
    if (kind == Kind.WORKFLOW) {
      fields.set(INPUT, payload);
    }
    JsonNode runAt = fields.remove(RUN_AT);
    if (runAt != null) {
      fields.set(UNTIL, runAt);
    }
  }

  /**
   * @throws io.taskorch.task.InvalidTaskException the definition cannot be
   * @throws IllegalArgumentException the document is none that was written here
   */
  public static Content read(Json document) {
    String name = "";
    List<Step> steps = new ArrayList<>();
    Json inputSchema = null;
    try (JsonParser parser = JsonSlice.parser(document)) {
      parser.nextToken();
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        parser.nextToken();
        switch (field) {
          case NAME -> name = parser.getText();
          case INPUT_SCHEMA -> inputSchema = document(parser, document.utf8());
          case STEPS -> {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
              steps.add(step(parser, document.utf8()));
            }
          }
          default -> parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not a stored definition", e);
    }
    return new Content(new WorkflowDefinition(name, steps), inputSchema);
  }

  private static Step step(JsonParser parser, byte[] document) throws IOException {
    ObjectNode own = MAPPER.createObjectNode();
    ObjectNode task = MAPPER.createObjectNode();
    ObjectNode flow = USUAL_FLOW.deepCopy();
    for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
      parser.nextToken();
      ObjectNode into = OWN.contains(field) ? own : FLOW.contains(field) ? flow : task;
      String name = nameInTask(field);
      if (DOCUMENTS.contains(field)) {
        into.putPOJO(name, document(parser, document));
      } else {
        into.set(name, MAPPER.readTree(parser));
      }
    }
    DEFAULTS.properties().stream()
        .filter(usual -> !own.has(usual.getKey()))
        .forEach(usual -> own.set(usual.getKey(), usual.getValue()));
    String kind = own.get(KIND).asText();
    if (!kind.equals(Kind.TASK.word())) {
      task.put(TYPE, kind);
      if (!task.has(PAYLOAD)) {
        task.putPOJO(PAYLOAD, Json.NULL);
      }
    }
    task.set(FLOW_FIELD, flow);
    own.set(TASK, task);
    return MAPPER.treeToValue(own, Step.class);
  }

  private static String nameInTask(String field) {
    return switch (field) {
      case TASK_TYPE -> TYPE;
      case INPUT -> PAYLOAD;
      case UNTIL -> RUN_AT;
      default -> field;
    };
  }

  private static Json document(JsonParser parser, byte[] document) throws IOException {
    int start = JsonSlice.startOfToken(parser);
    parser.skipChildren();
    JsonSlice slice = JsonSlice.upToToken(parser, document, start);
    return Json.ofUtf8(Arrays.copyOfRange(document, slice.start(), slice.end()));
  }
}
