package io.taskorch.api.input;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.taskorch.api.input.JsonValue.Kind;
import io.taskorch.task.Durations;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object of a request. What is wrong with a field is noted and read as
 * absent, so that a caller hears of everything at once. A field that is {@code null} is absent too.
 *
 * <p>Which fields there may be is said by a record, the same that describes the body in the OpenAPI
 * file: neither can forget what the other has.
 */
public final class Fields {

  private static final Pattern CAPITAL = Pattern.compile("([A-Z])");

  private final Map<String, JsonValue> values;
  private final Set<String> known;
  private final String pointer;
  private final Refusals refusals;

  /** Of each shape once: reflection costs more than all else that a small request needs. */
  private static final ClassValue<Set<String>> NAMES =
      new ClassValue<>() {
        @Override
        protected Set<String> computeValue(Class<?> shape) {
          return namesOf(shape);
        }
      };

  private Fields(
      JsonValue object, Class<? extends Record> shape, String pointer, Refusals refusals) {
    this.known = NAMES.get(shape);
    this.pointer = pointer;
    this.refusals = refusals;
    this.values =
        object.fields(
            name -> refusals.malformed(at(name), "duplicate-field", "is there more than once"));
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        refusals.malformed(at(name), "unknown-field", "is not a field that there is");
      }
    }
  }

  /**
   * Reads a body.
   *
   * @param shape its components are the fields that there may be, in camel case or named by {@link
   *     JsonProperty}
   * @param most the size of the body, in bytes
   * @throws InvalidRequestException when it is not a JSON object, or is too large
   */
  public static Fields of(byte @Nullable [] body, Class<? extends Record> shape, int most) {
    if (body == null || body.length == 0) {
      throw InvalidRequestException.malformed("malformed-json", "is empty");
    }
    Refusals refusals = new Refusals();
    if (body.length > most) {
      refusals.tooLarge("", "is larger than " + most / 1024 + " KiB");
      refusals.throwIfAny();
    }
    try {
      JsonValue root = JsonValue.parse(body);
      if (root.kind() != Kind.OBJECT) {
        throw InvalidRequestException.malformed("wrong-type", "is not an object");
      }
      return new Fields(root, shape, "", refusals);
    } catch (MalformedJsonException e) {
      throw InvalidRequestException.malformed("malformed-json", String.valueOf(e.getMessage()));
    }
  }

  /** As {@link #of}, where no body at all says the same as an empty object. */
  public static Fields ofOptional(byte @Nullable [] body, Class<? extends Record> shape, int most) {
    boolean none = body == null || body.length == 0;
    return of(none ? new byte[] {'{', '}'} : body, shape, most);
  }

  static Set<String> namesOf(Class<?> shape) {
    return Arrays.stream(shape.getRecordComponents())
        .map(Fields::nameOf)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static String nameOf(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named != null
        ? named.value()
        : CAPITAL.matcher(component.getName()).replaceAll("_$1").toLowerCase(Locale.ROOT);
  }

  private String at(String name) {
    return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
  }

  /** Where this object stands in the body, as a JSON pointer. */
  public String pointer() {
    return pointer;
  }

  public Refusals refusals() {
    return refusals;
  }

  /** Refuses a field that cannot be read together with what stands elsewhere. */
  public void malformed(String name, String code, String detail) {
    refusals.malformed(at(name), code, detail);
  }

  /** Refuses a field whose value cannot be. */
  public void impossible(String name, String code, String detail) {
    refusals.impossible(at(name), code, detail);
  }

  /**
   * Makes a value of what was read, and notes what the core has against it.
   *
   * @return null when it was refused
   */
  public <T> @Nullable T build(Supplier<T> value) {
    try {
      return value.get();
    } catch (InvalidTaskException e) {
      refusals.impossible(pointer, e);
      return null;
    }
  }

  /**
   * Makes a value of what was read.
   *
   * @throws InvalidRequestException naming everything that was wrong
   */
  public <T> T finish(Supplier<T> value) {
    T made = build(value);
    refusals.throwIfAny();
    return Objects.requireNonNull(made);
  }

  /** Whether a field is there and is a string. */
  public boolean isText(String name) {
    JsonValue value = find(name);
    return value != null && value.kind() == Kind.TEXT;
  }

  public boolean has(String name) {
    return find(name) != null;
  }

  private @Nullable JsonValue find(String name) {
    if (!known.contains(name)) {
      throw new IllegalArgumentException(name + " is no component of the record");
    }
    JsonValue value = values.get(name);
    return value == null || value.kind() == Kind.NULL ? null : value;
  }

  private @Nullable JsonValue find(String name, Kind kind, String what) {
    JsonValue value = find(name);
    if (value == null || value.kind() == kind) {
      return value;
    }
    refusals.malformed(at(name), "wrong-type", "is not " + what);
    return null;
  }

  /** Any JSON, its bytes as they came; null when absent, {@link Json#NULL} for a {@code null}. */
  public @Nullable Json raw(String name) {
    JsonValue unused = find(name);
    JsonValue value = values.get(name);
    return value == null ? null : value.raw();
  }

  public @Nullable String text(String name) {
    JsonValue value = find(name, Kind.TEXT, "a string");
    return value == null ? null : checkedText(at(name), value);
  }

  /** As {@link #text}, of a field that must be there; empty, and noted, when it is not. */
  public String requiredText(String name) {
    require(name);
    String text = text(name);
    return text == null ? "" : text;
  }

  /** Notes a field that must be there, and is not. */
  public void require(String name) {
    if (find(name) == null) {
      refusals.malformed(at(name), "required", "is missing");
    }
  }

  private @Nullable String checkedText(String where, JsonValue value) {
    String text = value.text();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        refusals.malformed(where, "malformed-text", "has half of a surrogate pair");
        return null;
      }
    }
    return text;
  }

  /**
   * @param least the smallest that can be
   * @param most the largest
   */
  public @Nullable Integer integer(String name, int least, int most) {
    JsonValue value = find(name, Kind.NUMBER, "a number");
    return value == null ? null : integer(at(name), value, least, most);
  }

  private @Nullable Integer integer(String where, JsonValue value, int least, int most) {
    String digits = value.literal();
    if (!digits.matches("-?\\d+")) {
      refusals.malformed(where, "wrong-type", "is not a whole number");
      return null;
    }
    if (digits.length() <= 11) {
      long number = Long.parseLong(digits);
      if (number >= least && number <= most) {
        return (int) number;
      }
    }
    refusals.impossible(where, "out-of-range", "is not between " + least + " and " + most);
    return null;
  }

  public @Nullable Double decimal(String name, double least, double most) {
    JsonValue value = find(name, Kind.NUMBER, "a number");
    if (value == null) {
      return null;
    }
    double number = Double.parseDouble(value.literal());
    if (number >= least && number <= most) {
      return number;
    }
    impossible(name, "out-of-range", "is not between " + least + " and " + most);
    return null;
  }

  public @Nullable Boolean flag(String name) {
    JsonValue value = find(name, Kind.FLAG, "true or false");
    return value == null ? null : Boolean.valueOf(value.literal());
  }

  public @Nullable Duration duration(String name) {
    String text = text(name);
    return text == null ? null : Texts.duration(at(name), text, refusals);
  }

  /** As {@link #duration}, within limits. */
  public @Nullable Duration duration(String name, Duration least, Duration most) {
    Duration duration = duration(name);
    if (duration == null || (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0)) {
      return duration;
    }
    impossible(
        name,
        "out-of-range",
        "is not between " + Durations.format(least) + " and " + Durations.format(most));
    return null;
  }

  /** An instant as RFC 3339 has it, with any offset. */
  public @Nullable Instant instant(String name) {
    String text = text(name);
    return text == null ? null : Texts.instant(at(name), text, refusals);
  }

  /** As {@link #instant}, of a field that must be there. */
  public @Nullable Instant requiredInstant(String name) {
    require(name);
    return instant(name);
  }

  /** A constant of an enum, written in lower case. */
  public <E extends Enum<E>> @Nullable E choice(String name, Class<E> type) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    impossible(name, "unknown-value", "is none of " + Texts.words(type));
    return null;
  }

  /** A list of strings; empty when absent. */
  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    JsonValue array = find(name, Kind.ARRAY, "a list");
    if (array != null) {
      List<JsonValue> items = array.items();
      for (int i = 0; i < items.size(); i++) {
        String where = at(name) + "/" + i;
        if (items.get(i).kind() == Kind.TEXT) {
          String text = checkedText(where, items.get(i));
          if (text != null) {
            texts.add(text);
          }
        } else {
          refusals.malformed(where, "wrong-type", "is not a string");
        }
      }
    }
    return texts;
  }

  /** An object whose values are strings; empty when absent. */
  public Map<String, String> textsByName(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    eachByName(
        name,
        Kind.TEXT,
        "a string",
        (key, value) -> {
          String text = checkedText(below(at(name), key), value);
          if (text != null) {
            texts.put(key, text);
          }
        });
    return texts;
  }

  /**
   * An object whose values are whole numbers; empty when absent.
   *
   * @param least the smallest that can be
   * @param most the largest
   * @return null when anything was wrong, which is noted then
   */
  public @Nullable Map<String, Integer> integersByName(String name, int least, int most) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    int found =
        eachByName(
            name,
            Kind.NUMBER,
            "a number",
            (key, value) -> {
              Integer number = integer(below(at(name), key), value, least, most);
              if (number != null) {
                numbers.put(key, number);
              }
            });
    return numbers.size() == found ? numbers : null;
  }

  /** Visits the values of an object that are of a kind; how many there should have been. */
  private int eachByName(String name, Kind kind, String what, BiConsumer<String, JsonValue> visit) {
    JsonValue object = find(name, Kind.OBJECT, "an object");
    if (object == null) {
      return has(name) ? 1 : 0;
    }
    Map<String, JsonValue> values =
        object.fields(
            key ->
                refusals.malformed(
                    below(at(name), key), "duplicate-field", "is there more than once"));
    values.forEach(
        (key, value) -> {
          if (value.kind() == kind) {
            visit.accept(key, value);
          } else {
            refusals.malformed(below(at(name), key), "wrong-type", "is not " + what);
          }
        });
    return values.size();
  }

  private static String below(String where, String key) {
    return where + "/" + key.replace("~", "~0").replace("/", "~1");
  }

  /** The fields of an object within this one; null when absent. */
  public @Nullable Fields object(String name, Class<? extends Record> shape) {
    JsonValue value = find(name, Kind.OBJECT, "an object");
    return value == null ? null : new Fields(value, shape, at(name), refusals);
  }

  /** As {@link #object}, of a field that must be there. */
  public @Nullable Fields requiredObject(String name, Class<? extends Record> shape) {
    require(name);
    return object(name, shape);
  }

  /**
   * A list of objects that must be there.
   *
   * @param most how many there may be
   */
  public List<Fields> requiredObjects(String name, Class<? extends Record> shape, int most) {
    return items(name, most).stream()
        .flatMap(item -> item.asObject(shape, refusals).stream())
        .toList();
  }

  /** The items of a list that must be there, to be read each on its own. */
  public List<Item> items(String name, int most) {
    require(name);
    JsonValue array = find(name, Kind.ARRAY, "a list");
    if (array == null) {
      return List.of();
    }
    List<JsonValue> values = array.items();
    if (values.size() > most) {
      impossible(name, "out-of-range", "has more than " + most + " entries");
      return List.of();
    }
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      items.add(new Item(values.get(i), at(name) + "/" + i));
    }
    return items;
  }

  /** One entry of a list. */
  public static final class Item {
    private final JsonValue value;
    private final String pointer;

    private Item(JsonValue value, String pointer) {
      this.value = value;
      this.pointer = pointer;
    }

    /**
     * The fields of the entry, which is a request of its own.
     *
     * @throws InvalidRequestException when it is not an object
     */
    public Fields asObject(Class<? extends Record> shape) {
      Refusals own = new Refusals();
      return asObject(shape, own).orElseThrow(() -> Objects.requireNonNull(own.toException()));
    }

    private Optional<Fields> asObject(Class<? extends Record> shape, Refusals refusals) {
      if (value.kind() != Kind.OBJECT) {
        refusals.malformed(pointer, "wrong-type", "is not an object");
        return Optional.empty();
      }
      return Optional.of(new Fields(value, shape, pointer, refusals));
    }
  }
}
