package io.taskorch.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.taskorch.task.Durations;
import io.taskorch.task.Json;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;

/**
 * Sets the server's mapper up: snake case, instants as RFC 3339 has them, durations as {@code 5s},
 * nothing for what is absent, and documents of users byte for byte.
 */
@Singleton
final class WireFormat implements BeanCreatedEventListener<ObjectMapper> {

  @Override
  public ObjectMapper onCreated(BeanCreatedEvent<ObjectMapper> event) {
    SimpleModule module = new SimpleModule("taskorch");
    module.addSerializer(new JsonWriter());
    module.addSerializer(new DurationWriter());
    return event
        .getBean()
        .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .setSerializationInclusion(JsonInclude.Include.NON_NULL)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .registerModule(module);
  }

  private static final class JsonWriter extends StdSerializer<Json> {
    private static final long serialVersionUID = 1L;

    JsonWriter() {
      super(Json.class);
    }

    @Override
    public void serialize(Json value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeRawValue(new SerializedString(value.toString()));
    }
  }

  private static final class DurationWriter extends StdSerializer<Duration> {
    private static final long serialVersionUID = 1L;

    DurationWriter() {
      super(Duration.class);
    }

    @Override
    public void serialize(Duration value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeString(Durations.format(value));
    }
  }
}
