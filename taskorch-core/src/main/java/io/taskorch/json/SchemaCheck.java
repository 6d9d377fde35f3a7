package io.taskorch.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import io.taskorch.task.Violations;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The only class that knows the library, so that all others load without it. */
final class SchemaCheck {

  private static final int LONGEST_DETAIL = 300;
  private static final SpecificationVersion USUAL = SpecificationVersion.DRAFT_2020_12;

  private SchemaCheck() {}

  /** Checks a schema against its specification. */
  static void ofSchema(JsonNode schema, String pointer, Violations wrong) {
    Optional<SpecificationVersion> version =
        schema.has("$schema") ? SpecificationVersion.fromSchemaNode(schema) : Optional.of(USUAL);
    if (version.isEmpty()) {
      wrong.add(pointer + "/$schema", "unknown-value", "is no draft of JSON Schema known here");
      return;
    }
    add(
        pointer,
        "invalid-schema",
        wrong,
        () ->
            registry().getSchema(SchemaLocation.of(version.get().getDialectId())).validate(schema));
    if (wrong.isEmpty()) {
      // References and patterns are looked at only here.
      add(
          pointer,
          "invalid-schema",
          wrong,
          () -> {
            compiled(schema).initializeValidators();
            return List.of();
          });
    }
  }

  /** Checks an input against a schema that {@link #ofSchema} let pass. */
  static void ofInput(JsonNode schema, JsonNode input, String pointer, Violations wrong) {
    add(pointer, "schema", wrong, () -> compiled(schema).validate(input));
  }

  private static Schema compiled(JsonNode schema) {
    return registry().getSchema(schema);
  }

  /** A new one each time: it keeps schemas by the ids that they give themselves. */
  private static SchemaRegistry registry() {
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .locale(Locale.ENGLISH)
            .pathType(PathType.JSON_POINTER)
            .regularExpressionFactory(BoundedPattern::of)
            .build();
    return SchemaRegistry.withDefaultDialect(
        USUAL,
        builder ->
            builder
                .schemaRegistryConfig(config)
                .schemaLoader(loader -> loader.fetchRemoteResources(false)));
  }

  private static void add(
      String pointer, String code, Violations wrong, Supplier<List<Error>> check) {
    try {
      for (Error error : check.get()) {
        wrong.add(pointer + error.getInstanceLocation(), code, cut(error.getMessage()));
      }
    } catch (SchemaException | IllegalArgumentException e) {
      wrong.add(pointer, code, "cannot be used: " + cut(String.valueOf(e.getMessage())));
    } catch (BoundedPattern.TooCostlyException e) {
      wrong.add(pointer, code, "takes a pattern of the schema too many steps");
    } catch (StackOverflowError e) {
      wrong.add(pointer, code, "leads the schema into itself without an end");
    }
  }

  private static String cut(String message) {
    return message.length() <= LONGEST_DETAIL
        ? message
        : message.substring(0, LONGEST_DETAIL) + "…";
  }
}
