package io.taskorch.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.taskorch.json.JsonWriter;
import io.taskorch.json.TextWriter;
import io.taskorch.task.Durations;
import jakarta.inject.Singleton;
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
    module.addSerializer(new TextWriter<>(Duration.class, Durations::format));
    return event
        .getBean()
        .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .setSerializationInclusion(JsonInclude.Include.NON_NULL)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .registerModule(module);
  }
}
