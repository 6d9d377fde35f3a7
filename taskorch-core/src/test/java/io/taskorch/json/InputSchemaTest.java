package io.taskorch.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpServer;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Violation;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class InputSchemaTest {

  private static final String IMAGE =
      """
      {"type": "object", "required": ["url"], "additionalProperties": false,
       "properties": {"url": {"type": "string", "pattern": "^https?://[a-z/]+$"},
                      "sizes": {"type": "array", "items": {"$ref": "#/$defs/size"}},
                      "a/b~c": {"type": "integer"}},
       "$defs": {"size": {"type": "integer", "minimum": 1}}}
      """;

  private static List<Violation> schemaErrors(String schema) {
    InvalidTaskException refused =
        catchThrowableOfType(InvalidTaskException.class, () -> InputSchema.of(Json.of(schema)));
    return refused == null ? List.of() : refused.violations();
  }

  private static List<Violation> inputErrors(String schema, String input) {
    InputSchema read = InputSchema.of(Json.of(schema));
    InvalidTaskException refused =
        catchThrowableOfType(InvalidTaskException.class, () -> read.check(Json.of(input)));
    return refused == null ? List.of() : refused.violations();
  }

  @Test
  void anInputThatKeepsToItPasses() {
    assertThat(inputErrors(IMAGE, "{\"url\":\"http://x/y\",\"sizes\":[1,2],\"a/b~c\":3}"))
        .isEmpty();
    assertThat(inputErrors("true", "null")).isEmpty();
    assertThat(inputErrors("{}", "[1]")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[]; /input",
        "{}; /input",
        "{\"url\":5}; /input/url",
        "{\"url\":\"ftp://x\"}; /input/url",
        "{\"url\":\"http://x\\n\"}; /input/url",
        "{\"url\":\"http://x\",\"sizes\":[1,0]}; /input/sizes/1",
        "{\"url\":\"http://x\",\"a/b~c\":1.5}; /input/a~1b~0c",
        "{\"url\":\"http://x\",\"more\":1}; /input",
      })
  void whatDoesNotIsNamedByItsPlace(String input, String pointer) {
    assertThat(inputErrors(IMAGE, input))
        .singleElement()
        .satisfies(
            wrong -> {
              assertThat(wrong.pointer()).isEqualTo(pointer);
              assertThat(wrong.code()).isEqualTo("schema");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
      })
  void itMayNameItsDraft(String draft) {
    String schema = "{\"$schema\":\"" + draft + "\",\"type\":\"string\"}";
    assertThat(inputErrors(schema, "\"x\"")).isEmpty();
    assertThat(inputErrors(schema, "1")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "[]",
        "{",
        "{\"type\":\"strin\"}",
        "{\"properties\":{\"a\":{\"minimum\":\"1\"}}}",
        "{\"$ref\":\"#/$defs/none\"}",
        "{\"pattern\":\"(\"}",
        "{\"$schema\":\"http://example.org/mine\"}",
      })
  void whatIsNoSchemaIsRefused(String schema) {
    assertThat(schemaErrors(schema))
        .isNotEmpty()
        .allSatisfy(wrong -> assertThat(wrong.pointer()).startsWith("/input_schema"));
  }

  @Test
  void nothingIsFetched() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("{}".getBytes());
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/s.json";
      for (String reference :
          List.of(url, "file:///etc/passwd", "classpath:x.json", "other.json", "")) {
        assertThat(schemaErrors("{\"properties\":{\"a\":{\"$ref\":\"" + reference + "\"}}}"))
            .extracting(Violation::pointer, Violation::code)
            .containsExactly(tuple("/input_schema/properties/a/$ref", "remote-reference"));
      }
      schemaErrors("{\"$schema\":\"" + url + "\"}");
      schemaErrors("{\"$id\":\"" + url + "\",\"properties\":{\"a\":{\"$ref\":\"#x\"}}}");
      inputErrors("{\"$id\":\"" + url + "\",\"type\":\"object\"}", "{}");
      assertThat(asked).hasValue(0);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aPatternThatWouldTakeForEverIsGivenUp() {
    assertThat(inputErrors("{\"pattern\":\"a*a*a*a*a*a*a*b\"}", "\"" + "a".repeat(60) + "!\""))
        .singleElement()
        .satisfies(wrong -> assertThat(wrong.detail()).contains("too many steps"));
  }

  @Test
  void aSchemaThatLeadsIntoItselfIsGivenUp() {
    String endless = "{\"$ref\":\"#\"}";
    List<Violation> wrong = schemaErrors(endless);
    assertThat(wrong.isEmpty() ? inputErrors(endless, "1") : wrong).isNotEmpty();
    String tree = "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"}}}";
    assertThat(inputErrors(tree, "{\"next\":{\"next\":{}}}")).isEmpty();
    assertThat(inputErrors(tree, "{\"next\":{\"next\":1}}")).hasSize(1);
  }

  @Test
  void aLargeSchemaIsRefused() {
    assertThat(schemaErrors("{\"description\":\"" + "x".repeat(InputSchema.MOST_BYTES) + "\"}"))
        .extracting(Violation::code)
        .containsExactly("too-large");
  }

  @Test
  void withoutTheLibraryTheRefusalNamesIt() throws Exception {
    var read =
        new WithoutLibrary(InputSchema.class, "com.networknt.")
            .loadClass(InputSchema.class.getName())
            .getMethod("of", Json.class);
    InvocationTargetException refused =
        catchThrowableOfType(
            InvocationTargetException.class, () -> read.invoke(null, Json.of("true")));
    assertThat(refused.getCause())
        .isInstanceOf(InvalidTaskException.class)
        .hasMessage("/input_schema needs com.networknt:json-schema-validator on the class path");
  }
}
