package io.taskorch.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.function.Function;

/** Writes values of a type as strings. */
public final class TextWriter<T> extends StdSerializer<T> {
  private static final long serialVersionUID = 1L;

  private final transient Function<T, String> text;

  public TextWriter(Class<T> type, Function<T, String> text) {
    super(type);
    this.text = text;
  }

  @Override
  public void serialize(T value, JsonGenerator generator, SerializerProvider provider)
      throws IOException {
    generator.writeString(text.apply(value));
  }
}
