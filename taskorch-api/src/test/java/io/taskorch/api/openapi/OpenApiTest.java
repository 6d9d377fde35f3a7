package io.taskorch.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.web.router.Router;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class OpenApiTest {

  private static final Set<String> TYPES =
      Set.of("string", "integer", "number", "boolean", "array", "object", "null");

  private final Api api = Api.shared();
  private Map<String, Object> document;

  @BeforeEach
  void read() {
    Answer answer = api.get("/openapi.yml");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("application/yaml");
    document = new Yaml().load(answer.text());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  private Map<String, Object> schemas() {
    return object(object(document.get("components")).get("schemas"));
  }

  private static void walk(String path, Object node, BiConsumer<String, Map<String, Object>> see) {
    if (node instanceof Map<?, ?>) {
      see.accept(path, object(node));
      object(node).forEach((key, value) -> walk(path + "/" + key, value, see));
    } else if (node instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        walk(path + "/" + i, list.get(i), see);
      }
    }
  }

  @Test
  void isOfVersion31() {
    assertThat(document.get("openapi")).isEqualTo("3.1.0");
    assertThat(document.keySet()).contains("info", "paths", "components");
  }

  @Test
  void describesEveryRouteOfTheApi() {
    Set<String> routes =
        api.app()
            .context()
            .getBean(Router.class)
            .uriRoutes()
            .filter(route -> !route.getHttpMethodName().equals("HEAD"))
            .map(
                route ->
                    route.getHttpMethodName().toLowerCase()
                        + " "
                        + route.getUriMatchTemplate().toPathString())
            .filter(route -> route.contains(" /v1/"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> described = new TreeSet<>();
    object(document.get("paths"))
        .forEach(
            (path, operations) ->
                object(operations).keySet().forEach(verb -> described.add(verb + " " + path)));
    assertThat(described).isEqualTo(routes).hasSizeGreaterThan(25);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    walk(
        "",
        document,
        (path, node) -> {
          if (node.get("$ref") instanceof String reference) {
            assertThat(schemas()).containsKey(reference.replace("#/components/schemas/", ""));
          }
        });
  }

  @Test
  void everySchemaIsAValidOne() {
    Set<String> keywords =
        Set.of(
            "type",
            "format",
            "description",
            "example",
            "enum",
            "properties",
            "required",
            "items",
            "additionalProperties",
            "oneOf",
            "$ref",
            "writeOnly");
    Map<String, Map<String, Object>> found = new LinkedHashMap<>();
    schemas().forEach((name, schema) -> collect(name, object(schema), found));
    assertThat(found).hasSizeGreaterThan(100);
    found.forEach(
        (path, schema) -> {
          assertThat(keywords).as(path).containsAll(schema.keySet());
          Object type = schema.get("type");
          List<?> types =
              type instanceof List<?> list ? list : type == null ? List.of() : List.of(type);
          assertThat(types).as(path).allMatch(TYPES::contains);
          if (schema.containsKey("properties") && schema.get("required") instanceof List<?> names) {
            assertThat(object(schema.get("properties")).keySet())
                .as(path)
                .containsAll(names.stream().map(Object::toString).toList());
          }
        });
  }

  private static void collect(
      String path, Map<String, Object> schema, Map<String, Map<String, Object>> found) {
    found.put(path, schema);
    if (schema.get("properties") instanceof Map<?, ?> properties) {
      object(properties).forEach((name, one) -> collect(path + "." + name, object(one), found));
    }
    if (schema.get("items") instanceof Map<?, ?> items) {
      collect(path + "[]", object(items), found);
    }
  }

  @Test
  void aTaskHasTheFieldsOfTheContract() {
    assertThat(fields("NewTask"))
        .containsExactlyInAnyOrder(
            "type",
            "payload",
            "queue",
            "priority",
            "retry_policy",
            "delay",
            "unique",
            "group",
            "limit",
            "sequence",
            "units",
            "slots",
            "requires",
            "run_at",
            "start_before",
            "timeout",
            "idempotency_key",
            "tags",
            "metadata",
            "retention");
    assertThat(object(schemas().get("NewTask")).get("required")).isEqualTo(List.of("type"));
    assertThat(object(object(object(schemas().get("NewTask")).get("properties")).get("payload")))
        .doesNotContainKey("type");
    assertThat(fields("Claim"))
        .containsExactlyInAnyOrder(
            "worker_id", "claim_id", "queues", "types", "max", "wait", "lease");
  }

  /** The names that the reader knows are those of the record that the schema was made from. */
  @Test
  void whatIsSentIsDescribedFieldByField() {
    Set<String> sent = new HashSet<>();
    walk(
        "",
        document.get("paths"),
        (path, node) -> {
          boolean isBody =
              path.endsWith("/requestBody/content/application~1json/schema")
                  || path.endsWith("/requestBody/content/application/json/schema");
          // A body that may be any JSON has no schema of its own.
          if (isBody && node.get("$ref") instanceof String reference) {
            sent.add(reference.replace("#/components/schemas/", ""));
          }
        });
    assertThat(sent).contains("NewTask", "NewTasks", "NewWorkflow", "Claim", "Failure");
    for (String name : sent) {
      assertThat(object(schemas().get(name))).as(name).containsEntry("additionalProperties", false);
    }
    assertThat(object(schemas().get("Task"))).doesNotContainKey("additionalProperties");
  }

  private Set<String> fields(String schema) {
    return object(object(schemas().get(schema)).get("properties")).keySet();
  }
}
