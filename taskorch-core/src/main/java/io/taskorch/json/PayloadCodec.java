package io.taskorch.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taskorch.task.Json;
import java.io.IOException;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Writes and reads payloads and results. */
public final class PayloadCodec {

  private final ObjectMapper mapper;

  public PayloadCodec(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /**
   * The mapper used unless a program brings its own: unknown fields are ignored, so that either
   * side may be deployed first, and what {@code java.time} holds is written in ISO 8601.
   */
  public static ObjectMapper defaultMapper() {
    return JsonMapper.builder()
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
        .addModule(new IsoTimes())
        .build();
  }

  /**
   * @param value anything the mapper can write; {@link Json} passes as it is
   * @throws IllegalArgumentException when the mapper cannot write it
   */
  public Json write(@Nullable Object value) {
    if (value == null) {
      return Json.NULL;
    }
    if (value instanceof Json json) {
      return json;
    }
    try {
      return Json.ofUtf8(mapper.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "a " + value.getClass().getName() + " cannot be written as JSON", e);
    }
  }

  /**
   * @return null for the document {@code null}, unless the type is {@link Json} or says otherwise
   * @throws IllegalArgumentException when the document is not of the type
   */
  public @Nullable Object read(Json json, Type type) {
    if (type == Json.class) {
      return json;
    }
    try {
      return mapper.readValue(json.utf8(), mapper.constructType(type));
    } catch (IOException e) {
      throw new IllegalArgumentException("not readable as " + type.getTypeName(), e);
    }
  }

  /** As {@link #read(Json, Type)}. */
  public <T> @Nullable T read(Json json, Class<T> type) {
    return type.cast(read(json, (Type) type));
  }
}
