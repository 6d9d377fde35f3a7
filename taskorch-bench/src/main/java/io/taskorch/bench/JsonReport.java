package io.taskorch.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.bench.Report.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report as a file that programs read. */
final class JsonReport {

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private JsonReport() {}

  static void write(Report report, Path file) throws IOException {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("taskorch", report.version());
    root.put("date", report.date().toString());
    ObjectNode machine = root.putObject("machine");
    machine.put("cores", report.machine().cores());
    machine.put("system", report.machine().system());
    machine.put("jvm", report.machine().jvm());
    machine.put("redis", report.machine().redis());
    root.put("tasks", report.tasks());
    ArrayNode figures = root.putArray("figures");
    report.figures().forEach(figure -> write(figure, figures.addObject()));
    Files.writeString(file, MAPPER.writeValueAsString(root) + "\n");
  }

  private static void write(Figure figure, ObjectNode node) {
    node.put("benchmark", figure.benchmark());
    node.put("name", figure.name());
    node.put("unit", figure.unit());
    node.put("better", figure.better().name().toLowerCase(Locale.ROOT));
    node.put("yardstick", figure.yardstick());
    node.put("median", figure.median());
    node.put("least", figure.least());
    node.put("most", figure.most());
    putAll(node.putArray("runs"), figure.runs());
    if (figure.isRatio()) {
      node.put("of", figure.of());
      node.put("ratio", figure.decisive());
      putAll(node.putArray("ratios"), figure.ratios());
    }
    if (figure.goal() != null) {
      node.put("goal", figure.goal());
      node.put("met", figure.reachesGoal());
    }
  }

  private static void putAll(ArrayNode array, List<Double> values) {
    values.forEach(array::add);
  }

  /**
   * @throws UsageException the file cannot be read, or is no such report
   */
  static Report read(Path file) throws UsageException {
    try {
      JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
      JsonNode machine = root.path("machine");
      List<Figure> figures = new ArrayList<>();
      root.path("figures").forEach(node -> figures.add(figure(node)));
      if (figures.isEmpty()) {
        throw new UsageException(file + " holds no figures");
      }
      return new Report(
          text(root, "taskorch"),
          Instant.parse(text(root, "date")),
          new Machine(
              machine.path("cores").asInt(),
              text(machine, "system"),
              text(machine, "jvm"),
              text(machine, "redis")),
          root.path("tasks").asInt(),
          figures);
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw new UsageException(file + " is not a file that --json has written");
    }
  }

  private static Figure figure(JsonNode node) {
    return new Figure(
        text(node, "benchmark"),
        text(node, "name"),
        text(node, "unit"),
        Better.valueOf(text(node, "better").toUpperCase(Locale.ROOT)),
        numbers(node.path("runs")),
        node.has("of") ? text(node, "of") : null,
        numbers(node.path("ratios")),
        number(node.get("goal")),
        node.path("yardstick").asBoolean());
  }

  private static String text(JsonNode node, String field) {
    if (!node.path(field).isTextual()) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return node.path(field).textValue();
  }

  private static @Nullable Double number(@Nullable JsonNode node) {
    return node == null ? null : Double.valueOf(node.doubleValue());
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode number : array) {
      if (!number.isNumber()) {
        throw new IllegalArgumentException("not a number");
      }
      numbers.add(number.doubleValue());
    }
    return numbers;
  }
}
