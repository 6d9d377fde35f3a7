package io.taskorch.workflow;

import io.taskorch.task.Names;
import io.taskorch.task.Violations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The steps of a workflow in an order in which they can run, and what stands before and behind each
 * of them.
 *
 * <p>The order is topological; among the steps that could come next, the one that the caller named
 * first does. So an order that is topological already stays as it is. Steps are known by their
 * place in it, from 0.
 */
public final class Dag {

  /** A longer cycle is named by its first and last steps. */
  private static final int LONGEST_CYCLE_IN_FULL = 50;

  private final List<Step> steps;
  private final Map<String, Integer> places = new HashMap<>();
  private final int[][] upstream;
  private final int[][] downstream;
  private final BitSet[] ancestors;

  /**
   * @param order the caller's places in topological order
   * @param upstreamOfGiven the caller's places of the steps before each step, by the caller's place
   */
  private Dag(List<Step> inGivenOrder, int[] order, int[][] upstreamOfGiven) {
    int size = order.length;
    int[] place = new int[size];
    for (int i = 0; i < size; i++) {
      place[order[i]] = i;
    }
    steps = Arrays.stream(order).mapToObj(inGivenOrder::get).toList();
    steps.forEach(step -> places.put(step.name(), places.size()));
    upstream = new int[size][];
    ancestors = new BitSet[size];
    for (int i = 0; i < size; i++) {
      upstream[i] = Arrays.stream(upstreamOfGiven[order[i]]).map(g -> place[g]).toArray();
      ancestors[i] = new BitSet(i);
      for (int before : upstream[i]) {
        ancestors[i].set(before);
        ancestors[i].or(ancestors[before]);
      }
    }
    downstream = reversed(upstream);
  }

  /** The graph of a definition, made anew with every call: a caller keeps it while it needs it. */
  public static Dag of(WorkflowDefinition definition) {
    return of(definition.steps(), new Violations()).orElseThrow();
  }

  /**
   * The graph of these steps; empty when there is none, and then {@code wrong} says why, with
   * pointers that begin with {@code /steps}.
   */
  static Optional<Dag> of(List<Step> steps, Violations wrong) {
    Optional<int[][]> edges = edges(steps, wrong);
    if (edges.isEmpty()) {
      return Optional.empty();
    }
    int[][] upstream = edges.get();
    int[] order = order(upstream);
    if (order.length < upstream.length) {
      nameCycle(steps, upstream, order, wrong);
      return Optional.empty();
    }
    return Optional.of(new Dag(steps, order, upstream));
  }

  public int size() {
    return steps.size();
  }

  /** The steps in topological order. */
  public List<Step> steps() {
    return steps;
  }

  /**
   * The place of the step of this name.
   *
   * @throws IllegalArgumentException there is none
   */
  public int place(String name) {
    Integer place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("no step has this name");
    }
    return place;
  }

  /** The places of the step's dependencies, in the order in which it names them. */
  public int[] upstream(int place) {
    return upstream[place].clone();
  }

  /** The places of the steps that depend on the step, ascending. */
  public int[] downstream(int place) {
    return downstream[place].clone();
  }

  /** Whether {@code place} depends on {@code before}, directly or through others. */
  public boolean isUpstream(int before, int place) {
    return ancestors[place].get(before);
  }

  private static Optional<int[][]> edges(List<Step> steps, Violations wrong) {
    Map<String, Integer> byName = new HashMap<>();
    boolean sound = true;
    for (int i = 0; i < steps.size(); i++) {
      String name = steps.get(i).name();
      String pointer = "/steps/" + i + "/name";
      if (!Names.isValid(name)) {
        wrong.name(pointer, name);
        sound = false;
      } else if (byName.putIfAbsent(name, i) != null) {
        wrong.add(pointer, "duplicate-step", "is the name of an earlier step too");
        sound = false;
      }
    }
    int[][] upstream = new int[steps.size()][];
    for (int i = 0; i < steps.size(); i++) {
      List<String> dependencies = steps.get(i).dependencies();
      upstream[i] = new int[dependencies.size()];
      Set<String> seen = new HashSet<>();
      for (int j = 0; j < dependencies.size(); j++) {
        String pointer = "/steps/" + i + "/dependencies/" + j;
        Integer before = byName.get(dependencies.get(j));
        if (before == null) {
          wrong.add(pointer, "unknown-step", "is not the name of a step");
          sound = false;
        } else if (!seen.add(dependencies.get(j))) {
          wrong.add(pointer, "duplicate-step", "is named before in the same list");
          sound = false;
        } else {
          upstream[i][j] = before;
        }
      }
    }
    return sound ? Optional.of(upstream) : Optional.empty();
  }

  /** Kahn's algorithm: as much of the graph as can be put into an order, all of it if acyclic. */
  private static int[] order(int[][] upstream) {
    int[][] downstream = reversed(upstream);
    int[] missing = new int[upstream.length];
    PriorityQueue<Integer> free = new PriorityQueue<>();
    for (int i = 0; i < upstream.length; i++) {
      missing[i] = upstream[i].length;
      if (missing[i] == 0) {
        free.add(i);
      }
    }
    int[] order = new int[upstream.length];
    int placed = 0;
    for (Integer next = free.poll(); next != null; next = free.poll()) {
      order[placed++] = next;
      for (int after : downstream[next]) {
        if (--missing[after] == 0) {
          free.add(after);
        }
      }
    }
    return Arrays.copyOf(order, placed);
  }

  /**
   * Each step that could not be placed has another one of them before it, so a walk upstream among
   * them never ends and must come back to a step that it has seen.
   */
  private static void nameCycle(
      List<Step> steps, int[][] upstream, int[] placed, Violations wrong) {
    BitSet left = new BitSet();
    left.set(0, steps.size());
    Arrays.stream(placed).forEach(left::clear);

    List<Integer> walk = new ArrayList<>();
    BitSet seen = new BitSet();
    int at = left.nextSetBit(0);
    while (!seen.get(at)) {
      seen.set(at);
      walk.add(at);
      at = Arrays.stream(upstream[at]).filter(left::get).findFirst().orElseThrow();
    }
    List<Integer> cycle = new ArrayList<>(walk.subList(walk.indexOf(at), walk.size()).reversed());
    Collections.rotate(cycle, -cycle.indexOf(Collections.min(cycle)));

    int first = cycle.getFirst();
    String last = steps.get(cycle.getLast()).name();
    cycle.add(first);
    List<String> names = cycle.stream().map(i -> steps.get(i).name()).toList();
    wrong.add(
        "/steps/" + first + "/dependencies/" + steps.get(first).dependencies().indexOf(last),
        "cycle",
        "closes a cycle: " + path(names));
  }

  private static String path(List<String> names) {
    if (names.size() <= LONGEST_CYCLE_IN_FULL) {
      return String.join(" -> ", names);
    }
    int shown = LONGEST_CYCLE_IN_FULL / 2;
    return names.stream().limit(shown).collect(Collectors.joining(" -> "))
        + " -> ("
        + (names.size() - 2 * shown)
        + " more) -> "
        + names.stream().skip(names.size() - shown).collect(Collectors.joining(" -> "));
  }

  private static int[][] reversed(int[][] edges) {
    int[] sizes = new int[edges.length];
    for (int[] ends : edges) {
      for (int end : ends) {
        sizes[end]++;
      }
    }
    int[][] reversed = new int[edges.length][];
    for (int i = 0; i < edges.length; i++) {
      reversed[i] = new int[sizes[i]];
    }
    int[] filled = new int[edges.length];
    for (int i = 0; i < edges.length; i++) {
      for (int end : edges[i]) {
        reversed[end][filled[end]++] = i;
      }
    }
    return reversed;
  }
}
