package io.taskorch.workflow;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * What an expression is made of, as it was parsed: which steps it refers to, that it has nothing
 * whose cost could not be told, and what {@link CelMeter} counts where.
 */
final class CelTree {

  static final String INPUT = "input";
  static final String STEPS = "steps";

  private static final Set<String> FIELDS = Set.of("state", "result", "error");

  private static final int DEEPEST = 64;

  private static final int LARGEST_PATTERN = 1_000;

  private final Set<String> steps = new HashSet<>();
  private final Set<String> results = new HashSet<>();
  private final Map<Long, CelMeter.Toll> tolls = new HashMap<>();
  private final BiConsumer<String, String> complain;
  private boolean refersToInput;
  private boolean isWrong;

  private CelTree(BiConsumer<String, String> complain) {
    this.complain = complain;
  }

  /**
   * @param complain told the code and the detail of what is wrong
   * @return empty when something was
   */
  static Optional<CelTree> of(CelAbstractSyntaxTree ast, BiConsumer<String, String> complain) {
    CelTree tree = new CelTree(complain);
    tree.visit(ast.getExpr(), Set.of(), 1);
    return tree.isWrong ? Optional.empty() : Optional.of(tree);
  }

  static void complainOfDepth(BiConsumer<String, String> complain) {
    complain.accept("too-deep", "is nested too deep");
  }

  boolean refersToInput() {
    return refersToInput;
  }

  Set<String> steps() {
    return Collections.unmodifiableSet(steps);
  }

  /** Those steps whose results may be looked at. */
  Set<String> results() {
    return results;
  }

  /** By node. */
  Map<Long, CelMeter.Toll> tolls() {
    return tolls;
  }

  private void refuse(String code, String detail) {
    complain.accept(code, detail);
    isWrong = true;
  }

  /**
   * @param bound names that stand for something else here
   */
  private void visit(CelExpr expr, Set<String> bound, int depth) {
    if (depth > DEEPEST) {
      if (!isWrong) {
        complainOfDepth(complain);
      }
      isWrong = true;
      return;
    }
    if (isStep(expr, bound)) {
      addStep(nameIn(expr).orElseThrow(), true);
      return;
    }
    switch (expr.exprKind().getKind()) {
      case IDENT -> {
        refersToInput |= isVariable(expr, INPUT, bound);
        if (isVariable(expr, STEPS, bound)) {
          refuseReference();
        }
      }
      case SELECT -> visitInside(expr, expr.select().operand(), bound, depth);
      case CALL -> visitCall(expr, expr.call(), bound, depth);
      case LIST -> visitAll(expr.list().elements().stream(), bound, depth);
      case MAP -> {
        // With {x: x} in a chain of macros a type would double at each of them.
        if (expr.map().entries().stream().anyMatch(entry -> constantText(entry.key()).isEmpty())) {
          refuse("invalid-expression", "has a map with a key that is not a constant text");
        }
        visitAll(expr.map().entries().stream().map(CelMap.Entry::value), bound, depth);
      }
      case COMPREHENSION -> visitMacro(expr.comprehension(), bound, depth);
      case STRUCT -> refuse("invalid-expression", "makes a message, which nothing here takes");
      case CONSTANT, NOT_SET -> {}
    }
  }

  private void visitAll(Stream<CelExpr> exprs, Set<String> bound, int depth) {
    exprs.forEach(expr -> visit(expr, bound, depth + 1));
  }

  private void visitMacro(CelComprehension macro, Set<String> bound, int depth) {
    visitAll(Stream.of(macro.iterRange(), macro.accuInit()), bound, depth);
    Set<String> inResult = with(bound, macro.accuVar());
    visitAll(Stream.of(macro.result()), inResult, depth);
    visitAll(
        Stream.of(macro.loopCondition(), macro.loopStep()), with(inResult, macro.iterVar()), depth);
  }

  private static Set<String> with(Set<String> bound, String name) {
    Set<String> more = new HashSet<>(bound);
    more.add(name);
    return more;
  }

  // ---- references

  private static boolean isVariable(CelExpr expr, String name, Set<String> bound) {
    if (expr.exprKind().getKind() != Kind.IDENT) {
      return false;
    }
    String written = expr.ident().name();
    return written.equals("." + name) || (written.equals(name) && !bound.contains(name));
  }

  /** Whether it is {@code steps.NAME} or {@code steps["NAME"]}. */
  private static boolean isStep(CelExpr expr, Set<String> bound) {
    return nameIn(expr).isPresent() && isVariable(container(expr), STEPS, bound);
  }

  /** The name in {@code x.NAME} or {@code x["NAME"]}. */
  private static Optional<String> nameIn(CelExpr expr) {
    return switch (expr.exprKind().getKind()) {
      case SELECT -> Optional.of(expr.select().field());
      case CALL ->
          isIndex(expr.call()) ? constantText(expr.call().args().get(1)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static CelExpr container(CelExpr expr) {
    return expr.exprKind().getKind() == Kind.SELECT
        ? expr.select().operand()
        : expr.call().args().getFirst();
  }

  private static boolean isIndex(CelCall call) {
    return call.function().equals("_[_]");
  }

  private static Optional<String> constantText(CelExpr expr) {
    return expr.exprKind().getKind() == Kind.CONSTANT
            && expr.constant().getKind() == CelConstant.Kind.STRING_VALUE
        ? Optional.of(expr.constant().stringValue())
        : Optional.empty();
  }

  /** Visits {@code x} of {@code x.NAME} or {@code x["NAME"]}. */
  private void visitInside(CelExpr expr, CelExpr container, Set<String> bound, int depth) {
    if (!isStep(container, bound)) {
      visit(container, bound, depth + 1);
      return;
    }
    String field = nameIn(expr).orElseThrow();
    addStep(nameIn(container).orElseThrow(), field.equals("result"));
    if (!FIELDS.contains(field)) {
      refuse("invalid-reference", "asks a step for something else than state, result or error");
    }
  }

  private void addStep(String name, boolean withResult) {
    steps.add(name);
    if (withResult) {
      results.add(name);
    }
  }

  private void refuseReference() {
    refuse(
        "invalid-reference",
        "uses steps otherwise than as steps.NAME or steps[\"NAME\"] with a constant name");
  }

  // ---- costs

  private void visitCall(CelExpr expr, CelCall call, Set<String> bound, int depth) {
    if (isIndex(call) && nameIn(expr).isPresent()) {
      visitInside(expr, call.args().getFirst(), bound, depth);
    } else {
      visitAll(Stream.concat(call.target().stream(), call.args().stream()), bound, depth);
    }
    List<CelExpr> given = Stream.concat(call.target().stream(), call.args().stream()).toList();
    if (given.isEmpty()) {
      return;
    }
    switch (call.function()) {
      case "_&&_", "@not_strictly_false" -> tollLogic(expr, given, false);
      case "_||_" -> tollLogic(expr, given, true);
      case "_==_", "_!=_", "@in" -> given.forEach(arg -> toll(arg, CelMeter::spendOnWhole));
      case "contains" -> tollSearch(given);
      case "matches" -> tollPattern(given);
      // These read texts part by part and copy the rest each time.
      case "duration", "timestamp", "int", "uint", "double" ->
          given.forEach(
              arg ->
                  toll(
                      arg,
                      (meter, value) ->
                          meter.spend(CelMeter.length(value), CelMeter.length(value))));
      default ->
          given.stream()
              .filter(arg -> !isAccumulator(arg))
              .forEach(arg -> toll(arg, CelMeter::spendOnWords));
    }
  }

  /** A node may be an operand, and have operands of its own. */
  private void toll(CelExpr expr, CelMeter.Toll toll) {
    tolls.merge(
        expr.id(),
        toll,
        (one, other) ->
            (meter, value) -> {
              one.pay(meter, value);
              other.pay(meter, value);
            });
  }

  /** The list that {@code map} and {@code filter} add to, in place. */
  private static boolean isAccumulator(CelExpr expr) {
    return expr.exprKind().getKind() == Kind.IDENT && expr.ident().name().startsWith("@");
  }

  /**
   * An operand that has no value although it was needed was an error.
   *
   * @param decisive the value of the first operand with which the second is not needed
   */
  private void tollLogic(CelExpr expr, List<CelExpr> operands, boolean decisive) {
    for (CelExpr operand : operands) {
      toll(
          operand,
          (meter, value) -> {
            meter.spendOnWords(value);
            meter.putBy(operand.id(), value);
          });
    }
    toll(
        expr,
        (meter, value) -> {
          Object first = meter.take(operands.getFirst().id());
          Object last = meter.take(operands.getLast().id());
          boolean isDecided = first != null && first.equals(decisive);
          if (first == null || (last == null && !isDecided && operands.size() > 1)) {
            meter.spendOnError();
          }
        });
  }

  /** In the worst case each place of the text is compared with the whole that is looked for. */
  private void tollSearch(List<CelExpr> given) {
    long text = given.getFirst().id();
    toll(given.getFirst(), (meter, value) -> meter.putBy(text, value));
    toll(
        given.getLast(),
        (meter, value) -> {
          Object in = meter.take(text);
          meter.spend(in == null ? 0 : CelMeter.length(in) + 1, CelMeter.length(value) + 1);
        });
  }

  /** Constant, so that it is known what it costs; the library then takes linear time. */
  private void tollPattern(List<CelExpr> given) {
    Optional<String> regex = constantText(given.getLast());
    if (regex.isEmpty()) {
      refuse("invalid-expression", "has a pattern that is not a constant text");
      return;
    }
    try {
      int size = Pattern.compile(regex.get()).programSize();
      if (size > LARGEST_PATTERN) {
        refuse("too-complex", "has a pattern that is too large");
      }
      toll(
          given.getFirst(),
          (meter, value) -> meter.spend(CelMeter.length(value) + 10L, size * 10L));
    } catch (PatternSyntaxException e) {
      refuse("invalid-expression", "has a pattern that is not a regular expression (RE2)");
    }
  }
}
