package io.taskorch.observe;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The values of a label that callers choose, held to a number that a metrics system can bear. */
public final class Labels {

  /** How many different values one label takes. */
  public static final int MOST = 1_000;

  /** What stands for all values beyond, and for those that are not known. */
  public static final String OTHER = "other";

  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /** The value itself while there are not too many, else {@link #OTHER}. */
  public String of(String value) {
    if (known.contains(value)) {
      return value;
    }
    if (known.size() >= MOST) {
      return OTHER;
    }
    known.add(value);
    return value;
  }
}
