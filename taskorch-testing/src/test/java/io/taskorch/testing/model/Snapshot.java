package io.taskorch.testing.model;

import io.taskorch.testing.RawRedis;
import io.taskorch.testing.TestNamespace;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Every key of a namespace with its bytes as Redis dumps them. */
public record Snapshot(Map<String, String> dumps) {

  /** The keys that are not as they were, but for the one of that name. */
  public List<String> changedSince(Snapshot before, String except) {
    Set<String> keys = new TreeSet<>(dumps.keySet());
    keys.addAll(before.dumps.keySet());
    return keys.stream()
        .filter(key -> !Objects.equals(dumps.get(key), before.dumps.get(key)))
        .filter(key -> !key.endsWith("}:" + except))
        .toList();
  }

  public static Snapshot of(TestNamespace namespace) {
    RawRedis raw = namespace.raw();
    Map<String, String> dumps = new TreeMap<>();
    for (String key : raw.keys("{" + namespace.name() + ":")) {
      Object dump = raw.call("DUMP", key);
      if (dump instanceof byte[] bytes) {
        dumps.put(key, Base64.getEncoder().encodeToString(bytes));
      }
    }
    return new Snapshot(dumps);
  }
}
