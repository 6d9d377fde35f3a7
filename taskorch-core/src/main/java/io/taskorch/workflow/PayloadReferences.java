package io.taskorch.workflow;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.taskorch.task.Element;
import io.taskorch.task.Json;
import io.taskorch.task.Violations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the strings of a step's payload refer to: {@code ${input}} and {@code ${input.a.b}} the
 * run's input, {@code ${steps.NAME.result}} and {@code ${steps.NAME.result.a.0.b}} the results of
 * upstream steps. A path goes through fields by name and through arrays by number from 0. In a step
 * that is done for each element of a list, {@code ${item}} and {@code ${item.a.b}} are the element,
 * {@code ${index}} its place in the list, from 0.
 *
 * <p>A string that is one reference and nothing else becomes the value itself, whatever its type.
 * Inside a longer string a value becomes text: a string as it is, anything else as JSON. A literal
 * <code>${</code> is written <code>$${</code>; in a run of dollars before a brace every two stand
 * for one. Names of fields are never references.
 *
 * <p>All that is not part of such a string stays byte for byte as it was, and so does what is
 * inserted: {@code 1.10} and numbers of any length keep their digits.
 */
public final class PayloadReferences {

  /** How large a payload may become. */
  public static final int MOST_RESOLVED_BYTES = 1024 * 1024;

  private static final int LONGEST_POINTER = 256;
  private static final byte[] QUOTE = {'"'};

  private final Json payload;
  private final List<Place> places;

  /**
   * What references can mean.
   *
   * @param input of the run; any document when it is not needed
   * @param results by name of step, at least those of {@link #steps()}
   * @param element null unless the step is done for each element of a list
   */
  public record Values(Json input, Map<String, Json> results, @Nullable Element element) {

    public static final Values NONE = new Values(Json.NULL, Map.of(), null);

    public Values {
      results = Map.copyOf(results);
    }

    private @Nullable Json of(Reference reference) {
      return switch (reference.root()) {
        case INPUT -> input;
        case RESULT -> results.get(reference.step());
        case ITEM -> element == null ? null : element.item();
        case INDEX -> element == null ? null : Json.of(Integer.toString(element.index()));
      };
    }
  }

  /** A string with references, from its opening quote up to and with its closing one. */
  private record Place(JsonSlice string, Template template) {}

  private PayloadReferences(Json payload, List<Place> places) {
    this.payload = payload;
    this.places = List.copyOf(places);
  }

  /**
   * The references in a payload.
   *
   * @param steps the names that may be meant: at submission those of all steps, later at least
   *     those that were meant
   * @throws io.taskorch.task.InvalidTaskException a reference is ill-formed or means no step; its
   *     pointers begin at the payload
   */
  public static PayloadReferences of(Json payload, Set<String> steps) {
    Violations wrong = new Violations();
    PayloadReferences references = read(payload, steps, step -> true, "", wrong);
    wrong.throwIfAny();
    return references;
  }

  /**
   * As {@link #of}, and refuses what is not upstream.
   *
   * @param pointer the payload's own
   */
  static PayloadReferences read(
      Json payload,
      Set<String> steps,
      Predicate<String> isUpstream,
      String pointer,
      Violations wrong) {
    if (!mayRefer(payload.utf8())) {
      return new PayloadReferences(payload, List.of());
    }
    List<Place> places = new ArrayList<>();
    try (JsonParser parser = JsonSlice.parser(payload)) {
      BiConsumer<String, String> complain =
          (code, detail) -> {
            if (!wrong.isFull()) {
              wrong.add(pointer + pointerTo(parser), code, detail);
            }
          };
      boolean ended = false;
      while (parser.nextToken() != null) {
        if (ended) {
          wrong.add(pointer, "invalid-json", "is more than one JSON document");
          break;
        }
        ended = parser.getParsingContext().inRoot();
        if (parser.currentToken() == JsonToken.VALUE_STRING && Template.isIn(parser.getText())) {
          int start = JsonSlice.startOfToken(parser);
          Template template = Template.parse(parser.getText(), steps, complain);
          if (!template.steps().allMatch(isUpstream)) {
            complain.accept("not-upstream", "refers to a step that is not upstream of this one");
          }
          places.add(new Place(JsonSlice.upToToken(parser, payload.utf8(), start), template));
        }
      }
    } catch (JsonProcessingException e) {
      wrong.add(pointer, "invalid-json", "is not JSON");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new PayloadReferences(payload, places);
  }

  /**
   * Whether a dollar stands before a brace, or there is an escape that may stand for one of them: a
   * payload means the same however it was written, and most are never parsed.
   */
  private static boolean mayRefer(byte[] utf8) {
    for (int i = 1; i < utf8.length; i++) {
      byte first = utf8[i - 1];
      byte second = utf8[i];
      if ((first == '$' && second == '{') || (first == '\\' && second == 'u')) {
        return true;
      }
    }
    return false;
  }

  /** The pointer of the parser's string; of the payload when a hostile one makes it very long. */
  private static String pointerTo(JsonParser parser) {
    String pointer = parser.getParsingContext().pathAsPointer().toString();
    return pointer.length() <= LONGEST_POINTER ? pointer : "";
  }

  /** Whether the run's input is needed. */
  public boolean refersToInput() {
    return references().anyMatch(reference -> reference.root() == Reference.Root.INPUT);
  }

  /** Whether an element of a list is needed, or its place. */
  boolean refersToElement() {
    return references().anyMatch(Reference::isOfElement);
  }

  /** Whether the payload is one reference and nothing else. */
  boolean isOneReference() {
    return places.size() == 1
        && places.getFirst().string().length() == payload.size()
        && places.getFirst().template().parts().size() == 1
        && places.getFirst().template().references().count() == 1;
  }

  /** Names of the steps whose results are needed. */
  public Set<String> steps() {
    return places.stream()
        .flatMap(place -> place.template().steps())
        .collect(Collectors.toUnmodifiableSet());
  }

  private Stream<Reference> references() {
    return places.stream().flatMap(place -> place.template().references());
  }

  /**
   * The payload for the handler; the very same when it has neither references nor escapes of them.
   *
   * @throws UnresolvedReferenceException a value is missing, or the payload becomes larger than
   *     {@link #MOST_RESOLVED_BYTES}
   */
  public Json resolve(Values values) {
    if (places.isEmpty()) {
      return payload;
    }
    Resolved resolved = new Resolved(search(values));
    int from = 0;
    for (Place place : places) {
      resolved.add(payload.utf8(), from, place.string().start());
      resolved.add(place.template());
      from = place.string().end();
    }
    resolved.add(payload.utf8(), from, payload.size());
    return resolved.json();
  }

  private Map<Reference, Lookup> search(Values values) {
    Map<Json, Lookup> documents = new IdentityHashMap<>();
    Map<Reference, Lookup> wanted = new HashMap<>();
    references()
        .forEach(
            reference -> {
              Json document = values.of(reference);
              if (document != null) {
                Lookup root = documents.computeIfAbsent(document, d -> new Lookup());
                wanted.put(reference, root.at(reference.path()));
              }
            });
    try {
      for (Map.Entry<Json, Lookup> document : documents.entrySet()) {
        document.getValue().search(document.getKey());
      }
    } catch (IOException e) {
      throw new UnresolvedReferenceException(
          "unresolved-reference", "the input, or a result referred to, is not JSON");
    }
    return wanted;
  }

  /** A payload as its references are replaced; it refuses to grow too large before it does. */
  private static final class Resolved {
    private final Map<Reference, Lookup> values;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Resolved(Map<Reference, Lookup> values) {
      this.values = values;
    }

    void add(Template template) {
      if (template.parts().size() == 1 && template.parts().getFirst() instanceof Reference only) {
        JsonSlice value = value(only);
        add(value.document(), value.start(), value.end());
        return;
      }
      add(QUOTE, 0, 1);
      for (Template.Part part : template.parts()) {
        switch (part) {
          case Template.Text text -> add(text.quoted(), 0, text.quoted().length);
          case Reference reference -> addAsText(value(reference));
        }
      }
      add(QUOTE, 0, 1);
    }

    private void addAsText(JsonSlice value) {
      if (value.isString()) {
        add(value.document(), value.start() + 1, value.end() - 1);
      } else {
        requireRoom(value.length());
        byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(value.toString());
        add(quoted, 0, quoted.length);
      }
    }

    private JsonSlice value(Reference reference) {
      return Optional.ofNullable(values.get(reference))
          .flatMap(Lookup::value)
          .orElseThrow(
              () ->
                  new UnresolvedReferenceException(
                      "unresolved-reference", "there is no value for " + reference));
    }

    void add(byte[] source, int start, int end) {
      requireRoom(end - start);
      bytes.write(source, start, end - start);
    }

    private void requireRoom(int length) {
      if (length > MOST_RESOLVED_BYTES - bytes.size()) {
        throw new UnresolvedReferenceException(
            "input-too-large", "the payload with what it refers to is larger than 1 MiB");
      }
    }

    Json json() {
      return Json.ofUtf8(bytes.toByteArray());
    }
  }
}
