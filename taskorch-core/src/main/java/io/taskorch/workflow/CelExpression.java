package io.taskorch.workflow;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.taskorch.task.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A compiled expression. Only the classes whose names begin with {@code Cel} know the library, so
 * that all others load without it.
 */
final class CelExpression {

  private static final int LONGEST_DETAIL = 300;
  private static final int MOST_ISSUES = 5;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .maxExpressionCodePointSize(Condition.LONGEST)
          .build();

  /** Those whose result is no longer than what they are given. */
  private static final CelStringExtensions STRINGS =
      CelExtensions.strings(
          CelStringExtensions.Function.LOWER_ASCII,
          CelStringExtensions.Function.UPPER_ASCII,
          CelStringExtensions.Function.SUBSTRING,
          CelStringExtensions.Function.TRIM);

  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setOptions(OPTIONS)
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addLibraries(STRINGS)
          .addVar(CelTree.INPUT, SimpleType.DYN)
          .addVar(
              CelTree.STEPS,
              MapType.create(SimpleType.STRING, MapType.create(SimpleType.STRING, SimpleType.DYN)))
          .build();

  /**
   * The interpreter, not the newer planner: that one walks through the whole of a value at each
   * access to it, so that a loop over the input costs its square.
   */
  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.legacyCelRuntimeBuilder().setOptions(OPTIONS).addLibraries(STRINGS).build();

  private final CelTree tree;
  private final CelRuntime.Program program;

  private CelExpression(CelTree tree, CelRuntime.Program program) {
    this.tree = tree;
    this.program = program;
  }

  /**
   * @param complain told the code and the detail of what is wrong
   * @return empty when something was
   */
  static Optional<CelExpression> compile(String text, BiConsumer<String, String> complain) {
    try {
      CelValidationResult parsed = COMPILER.parse(text, "condition");
      if (parsed.hasError()) {
        complain(parsed, complain);
        return Optional.empty();
      }
      // Before the types are checked, which takes exponential time on what the tree refuses.
      Optional<CelTree> tree = CelTree.of(parsed.getAst(), complain);
      if (tree.isEmpty()) {
        return Optional.empty();
      }
      CelValidationResult checked = COMPILER.check(parsed.getAst());
      if (checked.hasError()) {
        complain(checked, complain);
        return Optional.empty();
      }
      CelAbstractSyntaxTree ast = checked.getAst();
      CelKind kind = ast.getResultType().kind();
      if (kind != CelKind.BOOL && kind != CelKind.DYN) {
        complain.accept("invalid-expression", "gives neither true nor false");
        return Optional.empty();
      }
      return Optional.of(new CelExpression(tree.get(), RUNTIME.createProgram(ast)));
    } catch (CelValidationException | CelEvaluationException | RuntimeException e) {
      complain.accept(
          "invalid-expression", "cannot be used: " + cut(String.valueOf(e.getMessage())));
    } catch (StackOverflowError e) {
      CelTree.complainOfDepth(complain);
    }
    return Optional.empty();
  }

  private static void complain(CelValidationResult result, BiConsumer<String, String> complain) {
    for (CelIssue issue : result.getErrors().stream().limit(MOST_ISSUES).toList()) {
      if (issue.getMessage().contains("recursion limit exceeded")) {
        CelTree.complainOfDepth(complain);
      } else {
        complain.accept(
            "invalid-expression",
            "is wrong at line %d, column %d: %s"
                .formatted(
                    issue.getSourceLocation().getLine(),
                    issue.getSourceLocation().getColumn() + 1,
                    cut(issue.getMessage())));
      }
    }
  }

  boolean refersToInput() {
    return tree.refersToInput();
  }

  Set<String> steps() {
    return tree.steps();
  }

  boolean test(Json input, Map<String, Condition.Upstream> steps) {
    if (evaluate(input, steps) instanceof Boolean answer) {
      return answer;
    }
    throw failed("it gives neither true nor false");
  }

  private Object evaluate(Json input, Map<String, Condition.Upstream> steps) {
    CelMeter meter = new CelMeter(tree.tolls());
    try {
      return program.trace(variables(input, steps, meter), meter);
    } catch (CelMeter.SpentError e) {
      throw new ConditionFailedException("condition-too-costly", "the condition takes too long");
    } catch (StackOverflowError e) {
      throw new ConditionFailedException("condition-too-costly", "the condition goes too deep");
    } catch (IOException e) {
      throw failed("the input, or a result referred to, is not JSON");
    } catch (CelEvaluationException | RuntimeException e) {
      throw failed(cut(String.valueOf(e.getMessage())));
    }
  }

  private Map<String, Object> variables(
      Json input, Map<String, Condition.Upstream> steps, CelMeter meter) throws IOException {
    Map<String, Object> upstream = new HashMap<>();
    for (String name : tree.steps()) {
      Condition.Upstream step = steps.get(name);
      if (step != null) {
        boolean isRead = tree.results().contains(name);
        upstream.put(name, CelValues.of(step, isRead ? meter.read(step.result()) : Json.NULL));
      }
    }
    Json read = refersToInput() ? meter.read(input) : Json.NULL;
    return Map.of(CelTree.STEPS, upstream, CelTree.INPUT, CelValues.of(read));
  }

  private static ConditionFailedException failed(String what) {
    return new ConditionFailedException("condition-failed", "the condition has no answer: " + what);
  }

  private static String cut(String message) {
    return message.length() <= LONGEST_DETAIL
        ? message
        : message.substring(0, LONGEST_DETAIL) + "…";
  }
}
