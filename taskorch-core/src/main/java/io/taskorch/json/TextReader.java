package io.taskorch.json;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import java.util.function.Function;

/** Reads values of a type from strings. */
public final class TextReader<T> extends FromStringDeserializer<T> {
  private static final long serialVersionUID = 1L;

  private final transient Function<String, T> parse;

  public TextReader(Class<T> type, Function<String, T> parse) {
    super(type);
    this.parse = parse;
  }

  @Override
  protected T _deserialize(String text, DeserializationContext context) {
    return parse.apply(text);
  }
}
