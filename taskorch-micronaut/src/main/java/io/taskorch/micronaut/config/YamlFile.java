package io.taskorch.micronaut.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The settings of a YAML file. Scalars are taken as they are written, and not as YAML understands
 * them, so that {@code yes}, {@code 0x10} or {@code 1_000} is never silently something else.
 */
final class YamlFile implements Source {

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final String NO_SUCH_KEY = "is not a key that there is";

  private final String name;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Keys and sections that stand there without a value, and where. */
  private final Map<String, String> empty = new LinkedHashMap<>();

  private YamlFile(String name) {
    this.name = name;
  }

  static YamlFile read(Path path, Findings findings) {
    YamlFile file = new YamlFile(path.toString());
    try {
      Node root =
          new Yaml(new SafeConstructor(new LoaderOptions()))
              .compose(new StringReader(Files.readString(path)));
      if (root != null && !isEmpty(root)) {
        file.flatten("", root, findings);
      }
    } catch (NoSuchFileException e) {
      findings.error(file.name + ":", "there is no such file");
    } catch (CharacterCodingException e) {
      findings.error(file.name + ":", "is not UTF-8");
    } catch (IOException e) {
      findings.error(file.name + ":", "cannot be read");
    } catch (MarkedYAMLException e) {
      findings.error(
          file.name
              + ":"
              + (e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1)
              + ":",
          "is not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      findings.error(file.name + ":", "is not YAML");
    }
    return file;
  }

  private static boolean isEmpty(Node node) {
    return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
  }

  private void flatten(String path, Node node, Findings findings) {
    String place = place(path, node);
    if (node.getAnchor() != null) {
      findings.error(place, "has an anchor, which is not read here");
      return;
    }
    switch (node) {
      case MappingNode mapping -> {
        if (mapping.getValue().isEmpty()) {
          empty.put(path, place);
        }
        for (NodeTuple tuple : mapping.getValue()) {
          if (tuple.getKeyNode() instanceof ScalarNode key
              && WORD.matcher(key.getValue()).matches()) {
            String child = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
            flatten(child, tuple.getValueNode(), findings);
          } else {
            findings.error(place(path, tuple.getKeyNode()), "has a key that is not a word");
          }
        }
      }
      case SequenceNode sequence -> {
        List<String> values = new ArrayList<>();
        for (Node item : sequence.getValue()) {
          if (item instanceof ScalarNode scalar && !isEmpty(item)) {
            values.add(scalar.getValue());
          } else {
            findings.error(place, "has an entry that is not a plain value");
            return;
          }
        }
        put(path, new Entry(place, values, true), findings);
      }
      case ScalarNode scalar -> {
        if (isEmpty(scalar)) {
          empty.put(path, place);
        } else {
          put(path, Entry.text(place, scalar.getValue()), findings);
        }
      }
      default -> findings.error(place, "is not a plain value");
    }
  }

  private String place(String path, Node node) {
    int line = node.getStartMark() == null ? 1 : node.getStartMark().getLine() + 1;
    return name + ":" + line + ":" + (path.isEmpty() ? "" : " " + path);
  }

  private void put(String path, Entry entry, Findings findings) {
    if (path.isEmpty()) {
      findings.error(name + ":", "is not a list of keys and values");
    } else if (entries.putIfAbsent(path, entry) != null) {
      findings.error(entry.place(), "is given twice");
    }
  }

  @Override
  public @Nullable Entry find(String key, Findings findings) {
    String place = empty.get(key);
    if (place != null) {
      findings.error(place, "has no value; write \"\" for an empty one");
    }
    return entries.get(key);
  }

  @Override
  public Set<String> children(String section) {
    return Stream.concat(entries.keySet().stream(), empty.keySet().stream())
        .filter(key -> key.startsWith(section))
        .map(key -> key.substring(section.length()).split("\\.", 2)[0])
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public void reportUnknown(Set<String> keys, Set<String> sections, Findings findings) {
    // A section without a value is fine: its lines may all be commented out.
    empty.forEach(
        (key, place) -> {
          if (!keys.contains(key) && !sections.contains(key)) {
            findings.error(place, NO_SUCH_KEY);
          }
        });
    entries.forEach(
        (key, entry) -> {
          if (sections.contains(key)) {
            findings.error(entry.place(), "is a section, not a value");
          } else if (!keys.contains(key)) {
            findings.error(entry.place(), NO_SUCH_KEY);
          }
        });
  }
}
