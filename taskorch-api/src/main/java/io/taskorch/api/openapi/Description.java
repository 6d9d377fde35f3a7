package io.taskorch.api.openapi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The description as the compiler wrote it, with what its generator does not know of OpenAPI 3.1
 * put right: what may be absent is no null, what may be anything has no type, objects and
 * enumerations have one, inner flags do not show. Each call may fail with a problem, and what a
 * caller sends has no other fields than those named.
 */
final class Description {

  private static final Set<String> INNER_FLAGS = Set.of("exampleSetFlag", "allowableValues");
  private static final String NULL = "null";

  private Description() {}

  static String of(String generated) {
    Map<String, Object> document =
        object(new Yaml(new SafeConstructor(new LoaderOptions())).load(generated));
    Map<String, Object> schemas = object(object(document.get("components")).get("schemas"));
    schemas.replaceAll((name, schema) -> schema(object(schema), true));
    Set<String> sent = new SentSchemas(schemas).of(object(document.get("paths")));
    sent.forEach(name -> object(schemas.get(name)).put("additionalProperties", false));
    object(document.get("paths")).values().stream()
        .flatMap(path -> object(path).values().stream())
        .forEach(operation -> operation(object(operation)));
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setWidth(100);
    return new Yaml(options).dump(document);
  }

  private static void operation(Map<String, Object> operation) {
    if (operation.get("parameters") instanceof List<?> parameters) {
      for (Object parameter : parameters) {
        object(parameter).computeIfPresent("schema", (key, s) -> schema(object(s), false));
        object(parameter).remove("explode");
      }
    }
    object(operation.get("responses"))
        .put(
            "default",
            Map.of(
                "description",
                "a problem",
                "content",
                Map.of(
                    "application/problem+json",
                    Map.of("schema", Map.of("$ref", "#/components/schemas/Problem")))));
  }

  /**
   * @param required whether the value is always there, so that null would be a value of it
   */
  private static Map<String, Object> schema(Map<String, Object> generated, boolean required) {
    Map<String, Object> schema = new LinkedHashMap<>(generated);
    schema.keySet().removeAll(INNER_FLAGS);
    List<Object> types = types(schema.remove("type"));
    boolean nullable = types.remove(NULL) && required;
    if (types.size() > 1) {
      types.remove("object");
    }
    if (schema.remove("allOf") instanceof List<?> all) {
      schema.putAll(object(all.getFirst()));
    }
    if (schema.containsKey("properties") || schema.containsKey("additionalProperties")) {
      types = new ArrayList<>(List.of("object"));
    } else if (schema.containsKey("enum")) {
      types = new ArrayList<>(List.of("string"));
    }
    if (nullable && !types.isEmpty()) {
      types.add(NULL);
    }
    if (!types.isEmpty()) {
      schema.put("type", types.size() == 1 ? types.getFirst() : types);
    }
    inside(schema);
    return schema;
  }

  private static void inside(Map<String, Object> schema) {
    List<?> required = schema.get("required") instanceof List<?> names ? names : List.of();
    schema.computeIfPresent(
        "properties",
        (key, properties) -> {
          Map<String, Object> fixed = new LinkedHashMap<>();
          object(properties)
              .forEach(
                  (name, property) -> {
                    // A component that is named by an annotation comes twice, once misnamed so.
                    if (!object(property).containsKey("name")) {
                      fixed.put(name, schema(object(property), required.contains(name)));
                    }
                  });
          return fixed;
        });
    schema.computeIfPresent("items", (key, items) -> schema(object(items), false));
    schema.computeIfPresent(
        "additionalProperties",
        (key, values) -> values instanceof Map ? schema(object(values), false) : values);
  }

  private static List<Object> types(@Nullable Object type) {
    if (type instanceof List<?> several) {
      return new ArrayList<>(several);
    }
    return type == null ? new ArrayList<>() : new ArrayList<>(List.of(type));
  }

  @SuppressWarnings("unchecked") // what YAML calls a mapping
  private static Map<String, Object> object(@Nullable Object value) {
    return value instanceof Map ? (Map<String, Object>) value : new LinkedHashMap<>();
  }

  /** The schemas that bodies of requests are made of. */
  private record SentSchemas(Map<String, Object> schemas) {

    private static final String REFERENCE = "#/components/schemas/";

    Set<String> of(Map<String, Object> paths) {
      Set<String> sent = new TreeSet<>();
      paths.values().stream()
          .flatMap(path -> object(path).values().stream())
          .forEach(operation -> collect(object(operation).get("requestBody"), sent));
      return sent;
    }

    private void collect(@Nullable Object node, Set<String> sent) {
      if (node instanceof List<?> list) {
        list.forEach(item -> collect(item, sent));
      } else if (node instanceof Map<?, ?> map) {
        if (map.get("$ref") instanceof String reference) {
          String name = reference.substring(REFERENCE.length());
          if (sent.add(name)) {
            collect(schemas.get(name), sent);
          }
        }
        map.values().forEach(value -> collect(value, sent));
      }
    }
  }
}
