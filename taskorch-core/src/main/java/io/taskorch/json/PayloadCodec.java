package io.taskorch.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
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
   *
   * <p>It shares its buffers by a pool. Jackson's own way, one set for each thread, gives every
   * virtual thread new ones: they were two thirds of all that a drain of small tasks allocated.
   */
  public static ObjectMapper defaultMapper() {
    JsonFactory factory =
        JsonFactory.builder().recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build();
    return JsonMapper.builder(factory)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
        .addModule(new IsoTimes())
        .build();
  }

  /**
   * @param value anything the mapper can write; {@link Json} passes as it is
   * @throws IllegalArgumentException when it cannot be written; the message names neither value nor
   *     content
   */
  public Json write(@Nullable Object value) {
    if (value == null) {
      return Json.NULL;
    }
    if (value instanceof Json json) {
      if (!isJson(json)) {
        throw new IllegalArgumentException("not one JSON document");
      }
      return json;
    }
    try {
      return Json.ofUtf8(mapper.writeValueAsBytes(value));
    } catch (JsonProcessingException | RuntimeException e) {
      throw new IllegalArgumentException(
          "a " + value.getClass().getName() + " that cannot be written as JSON" + at(e), e);
    }
  }

  /** Whether the bytes are one JSON document. */
  public boolean isJson(Json json) {
    try (JsonParser parser = mapper.createParser(json.utf8())) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * @return null for the document {@code null}, unless the type is {@link Json} or says otherwise
   * @throws IllegalArgumentException when the document is not of the type; the message names the
   *     place, not the content
   */
  public @Nullable Object read(Json json, Type type) {
    if (type == Json.class) {
      return json;
    }
    try {
      return mapper.readValue(json.utf8(), mapper.constructType(type));
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("not readable as " + type.getTypeName() + at(e), e);
    }
  }

  /** As {@link #read(Json, Type)}. */
  @SuppressWarnings("unchecked") // for int.class, say, the mapper gives an Integer
  public <T> @Nullable T read(Json json, Class<T> type) {
    return (T) read(json, (Type) type);
  }

  private static String at(Exception e) {
    if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      StringBuilder pointer = new StringBuilder(", at ");
      for (JsonMappingException.Reference step : mapping.getPath()) {
        String name = step.getFieldName();
        pointer.append('/').append(name == null ? step.getIndex() : name);
      }
      return pointer.toString();
    }
    return "";
  }
}
