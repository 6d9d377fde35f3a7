package io.taskorch.workflow;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationListener;
import io.taskorch.task.Json;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts what an evaluation costs, and ends it when that is too much. The library itself counts
 * turns of loops only, yet one turn may compare, search or join texts of a megabyte.
 *
 * <p>It is told the value of each node after that has been computed. So an operation is paid for
 * when its arguments are known and it has not begun. The unit is about a nanosecond of a warm JVM
 * on an ordinary core, rather less than more; it is counted, not timed, so that a condition comes
 * out the same on a slow machine.
 */
final class CelMeter implements CelEvaluationListener {

  /** What an evaluation may cost. */
  static final long MOST = 100_000_000;

  /** To look at one value, whatever else it takes. */
  static final long VALUE = 25;

  private static final long NODE = 150;

  /** An error that the language lets be outweighed is an exception of Java all the same. */
  private static final long ERROR = 20_000;

  /** Of each byte of a document. */
  private static final long READ = 10;

  /**
   * Enough was spent. An error, because of any exception the library takes it that the other side
   * of an {@code ||} may outweigh it.
   */
  static final class SpentError extends Error {
    private static final long serialVersionUID = 1L;

    SpentError() {
      super(null, null, false, false);
    }
  }

  /** What the value of a node costs those that are given it. */
  interface Toll {
    void pay(CelMeter meter, Object value);
  }

  private final Map<Long, Toll> tolls;

  /** Values that tolls have put by, by node. */
  private final Map<Long, Object> seen = new HashMap<>();

  private long left = MOST;

  CelMeter(Map<Long, Toll> tolls) {
    this.tolls = tolls;
  }

  @Override
  public void callback(CelExpr expr, Object value) {
    spend(NODE);
    Toll toll = tolls.get(expr.id());
    if (toll != null) {
      toll.pay(this, value);
    }
  }

  void spend(long cost) {
    left -= cost;
    if (left < 0) {
      throw new SpentError();
    }
  }

  /** Two numbers whose product may be too large for any. */
  void spend(long cost, long times) {
    spend(times == 0 || cost <= MOST / times ? cost * times : Long.MAX_VALUE);
  }

  void spendOnError() {
    spend(ERROR);
  }

  /** The document, paid for. */
  Json read(Json document) {
    spend(READ, document.size());
    return document;
  }

  void putBy(long node, Object value) {
    seen.put(node, value);
  }

  /** What was put by last, once; null when the node had no value. */
  @Nullable Object take(long node) {
    return seen.remove(node);
  }

  /** For what may put the value into words: documents have none, so they cost nothing. */
  void spendOnWords(Object value) {
    switch (value) {
      case CelValues.JsonList list -> spend(VALUE);
      case CelValues.JsonMap map -> spend(VALUE);
      case Collection<?> list -> {
        spend(VALUE);
        list.forEach(this::spendOnWords);
      }
      case Map<?, ?> map -> {
        spend(VALUE);
        map.forEach(
            (key, inside) -> {
              spendOnWords(key);
              spendOnWords(inside);
            });
      }
      default -> spend(weight(value));
    }
  }

  /** For what goes through all of the value. */
  void spendOnWhole(Object value) {
    switch (value) {
      case CelValues.JsonList list -> spend(list.weight());
      case CelValues.JsonMap map -> spend(map.weight());
      case Collection<?> list -> {
        spend(VALUE);
        list.forEach(this::spendOnWhole);
      }
      case Map<?, ?> map -> {
        spend(VALUE);
        map.forEach(
            (key, inside) -> {
              spendOnWhole(key);
              spendOnWhole(inside);
            });
      }
      default -> spend(weight(value));
    }
  }

  /** Of a value of a document, or one that holds no others. */
  static long weight(Object value) {
    return switch (value) {
      case CelValues.JsonList list -> list.weight();
      case CelValues.JsonMap map -> map.weight();
      default -> VALUE + length(value);
    };
  }

  /** Of a text; 0 of anything else. */
  static int length(Object value) {
    return switch (value) {
      case String text -> text.length();
      case CelByteString bytes -> bytes.size();
      default -> 0;
    };
  }
}
