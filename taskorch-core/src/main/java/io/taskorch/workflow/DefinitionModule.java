package io.taskorch.workflow;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.taskorch.json.JsonWriter;
import io.taskorch.json.TextReader;
import io.taskorch.json.TextWriter;
import io.taskorch.task.Durations;
import io.taskorch.task.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the values of a step are written: times as people write them, documents as they are. */
final class DefinitionModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  DefinitionModule() {
    super("taskorch-definition");
    addSerializer(new JsonWriter());
    addDeserializer(Json.class, new JsonReader());
    addSerializer(new TextWriter<>(Duration.class, DefinitionModule::text));
    addDeserializer(Duration.class, new TextReader<>(Duration.class, Durations::parse));
    addSerializer(new TextWriter<>(Instant.class, Instant::toString));
    addDeserializer(Instant.class, new TextReader<>(Instant.class, Instant::parse));
    addSerializer(new TextWriter<>(Enum.class, e -> e.name().toLowerCase(Locale.ROOT)));
  }

  private static String text(Duration duration) {
    boolean wholeMillis = duration.getNano() % 1_000_000 == 0;
    return wholeMillis ? Durations.format(duration) : duration.toString();
  }

  /** From a tree in which it stands as it is. */
  private static final class JsonReader extends StdDeserializer<Json> {
    private static final long serialVersionUID = 1L;

    JsonReader() {
      super(Json.class);
    }

    @Override
    public @Nullable Json deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return parser.currentToken() == JsonToken.VALUE_EMBEDDED_OBJECT
              && parser.getEmbeddedObject() instanceof Json json
          ? json
          : Json.of(context.readTree(parser).toString());
    }
  }
}
