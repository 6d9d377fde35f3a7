package io.taskorch.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskorch.task.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What became of a definition from one version to another.
 *
 * @param added names of steps, in the order of the later version
 * @param removed names of steps, in the order of the earlier version
 * @param changed steps of both that differ in more than their dependencies
 * @param addedEdges dependencies that the earlier version does not have
 * @param removedEdges dependencies that the later version does not have
 * @param inputSchemaChanged whether inputs are checked by another schema
 */
public record DefinitionDiff(
    List<String> added,
    List<String> removed,
    List<ChangedStep> changed,
    List<Edge> addedEdges,
    List<Edge> removedEdges,
    boolean inputSchemaChanged) {

  private static final String DEPENDENCIES = "dependencies";

  /**
   * A step that is not the same any more.
   *
   * @param fields by their names in the document, in alphabetical order
   */
  public record ChangedStep(String name, List<String> fields) {
    public ChangedStep {
      fields = List.copyOf(fields);
    }
  }

  /** A dependency: {@code to} waits for {@code from}. */
  public record Edge(String from, String to) {}

  public DefinitionDiff {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changed = List.copyOf(changed);
    addedEdges = List.copyOf(addedEdges);
    removedEdges = List.copyOf(removedEdges);
  }

  public static DefinitionDiff of(DefinitionVersion from, DefinitionVersion to) {
    Map<String, JsonNode> before = steps(from);
    Map<String, JsonNode> after = steps(to);
    List<ChangedStep> changed = new ArrayList<>();
    before.forEach(
        (name, step) -> {
          JsonNode later = after.get(name);
          List<String> fields = later == null ? List.of() : differences(step, later);
          if (!fields.isEmpty()) {
            changed.add(new ChangedStep(name, fields));
          }
        });
    Set<Edge> edgesBefore = edges(from);
    Set<Edge> edgesAfter = edges(to);
    return new DefinitionDiff(
        without(after.keySet(), before.keySet()),
        without(before.keySet(), after.keySet()),
        changed,
        without(edgesAfter, edgesBefore),
        without(edgesBefore, edgesAfter),
        !Objects.equals(meaning(from), meaning(to)));
  }

  private static Map<String, JsonNode> steps(DefinitionVersion version) {
    Map<String, JsonNode> steps = new LinkedHashMap<>();
    DefinitionJson.tree(DefinitionJson.steps(version.definition()))
        .forEach(step -> steps.put(step.get("name").asText(), step));
    return steps;
  }

  private static List<String> differences(JsonNode before, JsonNode after) {
    Set<String> names = new HashSet<>();
    before.fieldNames().forEachRemaining(names::add);
    after.fieldNames().forEachRemaining(names::add);
    names.remove(DEPENDENCIES);
    return names.stream()
        .filter(name -> !Objects.equals(before.get(name), after.get(name)))
        .sorted()
        .toList();
  }

  private static Set<Edge> edges(DefinitionVersion version) {
    Set<Edge> edges = new LinkedHashSet<>();
    for (Step step : version.definition().steps()) {
      step.dependencies().forEach(from -> edges.add(new Edge(from, step.name())));
    }
    return edges;
  }

  private static <T> List<T> without(Set<T> all, Set<T> others) {
    return all.stream().filter(one -> !others.contains(one)).toList();
  }

  private static JsonNode meaning(DefinitionVersion version) {
    return DefinitionJson.tree(Objects.requireNonNullElse(version.inputSchema(), Json.NULL));
  }
}
