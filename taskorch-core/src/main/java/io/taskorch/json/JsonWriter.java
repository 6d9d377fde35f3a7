package io.taskorch.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.taskorch.task.Json;
import java.io.IOException;

/** Writes a document into another one, byte for byte. */
public final class JsonWriter extends StdSerializer<Json> {
  private static final long serialVersionUID = 1L;

  public JsonWriter() {
    super(Json.class);
  }

  @Override
  public void serialize(Json value, JsonGenerator generator, SerializerProvider provider)
      throws IOException {
    generator.writeRawValue(new SerializedString(value.toString()));
  }
}
