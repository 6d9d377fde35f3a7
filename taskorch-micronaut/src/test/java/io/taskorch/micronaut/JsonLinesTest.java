package io.taskorch.micronaut;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class JsonLinesTest {

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.taskorch.Some");

  private String line(String message, Throwable error) {
    LoggingEvent event =
        new LoggingEvent(
            JsonLinesTest.class.getName(), logger, Level.WARN, message, error, new Object[] {7});
    return new String(new JsonLines().encode(event), StandardCharsets.UTF_8);
  }

  @Test
  void anEventIsOneObjectOnOneLine() throws Exception {
    String line = line("said \"{}\"\nand more", new IllegalStateException("gone\nwrong"));
    assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.get("level").asText()).isEqualTo("WARN");
    assertThat(json.get("logger").asText()).isEqualTo("io.taskorch.Some");
    assertThat(json.get("message").asText()).isEqualTo("said \"7\"\nand more");
    assertThat(json.get("error").asText()).startsWith("java.lang.IllegalStateException: gone");
    assertThat(Instant.parse(json.get("time").asText())).isBefore(Instant.now().plusSeconds(1));
  }

  @Test
  void anEventWithoutAnErrorNamesNone() throws Exception {
    assertThat(new ObjectMapper().readTree(line("fine", null)).has("error")).isFalse();
  }
}
