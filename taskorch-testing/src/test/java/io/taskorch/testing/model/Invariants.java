package io.taskorch.testing.model;

import io.taskorch.task.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What must hold of the keys of a partition at any time, whatever has been done: every stored task
 * stands in exactly the index of its state and every index names stored tasks; leases are those of
 * running tasks; what a run says of its steps is what their records say; and nothing lies about
 * that is not known, capped, or on its way out.
 */
final class Invariants {

  private static final long BAND = 10_000_000_000_000L;
  private static final int MOST_CRASHES = 3;
  private static final int ID_LENGTH = 26;
  private static final int MOST_ATTEMPTS_KEPT = 100;

  private static final Map<TaskState, String> INDEX =
      Map.of(
          TaskState.SCHEDULED, "scheduled",
          TaskState.PENDING, "ready",
          TaskState.RUNNING, "running",
          TaskState.RETRYING, "retrying",
          TaskState.SUCCEEDED, "succeeded",
          TaskState.FAILED, "failed",
          TaskState.CANCELLED, "cancelled",
          TaskState.SKIPPED, "skipped");

  private static final String MORE = "-more";
  private static final String LANES = ":lanes";

  private static final Pattern OF_A_TASK = Pattern.compile("(result|attempts|progress|logs):(.*)");
  private static final Pattern OF_A_RUN = Pattern.compile("run:([^:]*)(:.*)?");
  private static final Pattern PASSING = Pattern.compile("(claim|operation|key):.*");
  private static final Set<String> SINGLE =
      Set.of(
          "clock",
          "namespace",
          "queues",
          "paused",
          "settings",
          "lanes",
          "leases",
          "sequence",
          "expiring",
          "expiring-more",
          "reaper",
          "awaited",
          "events",
          "staging",
          "advance",
          "cancelling",
          "expiring-runs",
          "workers",
          "workers:described",
          "workers:heard",
          "workers:draining");

  private final Contents contents;
  private final Map<String, StoredTask> tasks = new TreeMap<>();
  private final List<String> broken = new ArrayList<>();

  private Invariants(Contents contents) {
    this.contents = contents;
    for (String key : contents.keys()) {
      if (key.startsWith("task:")) {
        String id = key.substring("task:".length());
        tasks.put(id, StoredTask.of(id, String.valueOf(contents.string(key))));
      }
    }
  }

  /** Every rule that is broken, in words; none when all is well. */
  static List<String> brokenIn(Contents contents) {
    Invariants invariants = new Invariants(contents);
    invariants.indexes();
    invariants.leases();
    invariants.retention();
    invariants.counts();
    invariants.runs();
    invariants.keys();
    return invariants.broken;
  }

  /** The stored tasks by id. */
  static Map<String, StoredTask> tasksIn(Contents contents) {
    return new Invariants(contents).tasks;
  }

  private void expect(boolean holds, String rule) {
    if (!holds) {
      broken.add(rule);
    }
  }

  private void indexes() {
    Map<String, List<String>> found = new HashMap<>();
    for (String key : contents.keys()) {
      if (key.startsWith("q:") && !key.endsWith(MORE) && !key.endsWith(LANES)) {
        contents
            .sortedSet(key)
            .forEach(
                (member, score) ->
                    idsOf(member)
                        .forEach(
                            id ->
                                found
                                    .computeIfAbsent(id, k -> new ArrayList<>())
                                    .add(key + " " + score)));
        expect(key.endsWith(":succeeded") || namesBeyondMembers(key) == 0, key + " has groups");
        expectCount(key + MORE, namesBeyondMembers(key));
      }
    }
    found.forEach((id, places) -> expect(tasks.containsKey(id), places + " names no task: " + id));
    for (StoredTask task : tasks.values()) {
      List<String> places = found.getOrDefault(task.id(), List.of());
      List<String> right = placesOf(task);
      boolean holds =
          right.isEmpty() ? places.isEmpty() : places.size() == 1 && right.contains(places.get(0));
      expect(holds, task.state() + " task " + task.id() + " stands in " + places);
    }
    for (String key : contents.keys()) {
      if (key.startsWith("q:") && key.contains(":lane:")) {
        String queue = key.substring("q:".length(), key.indexOf(":lane:"));
        String lane =
            key.substring(key.indexOf(":lane:") + ":lane:".length(), key.lastIndexOf(':'));
        expect(
            contents.set("lanes").contains(queue)
                && contents.hash("q:" + queue + LANES).containsKey(lane),
            "nobody would look into lane " + lane + " of " + queue);
      }
    }
    tasks
        .values()
        .forEach(
            t -> expect(contents.set("queues").contains(t.queue()), t.queue() + " is no queue"));
  }

  /** Where a task may stand, with its score; nowhere when that is empty. */
  private static List<String> placesOf(StoredTask task) {
    if (task.state() == TaskState.BLOCKED) {
      return List.of();
    }
    String queue = "q:" + task.queue() + ":";
    long score =
        switch (task.state()) {
          case SCHEDULED, RETRYING -> task.due();
          case PENDING -> task.priority() * BAND + task.sequence();
          case RUNNING -> task.started();
          case SUCCEEDED, FAILED, CANCELLED, SKIPPED -> task.updated();
          case BLOCKED -> throw new AssertionError();
        };
    String own = queue + INDEX.get(task.state()) + " " + score;
    return task.state() == TaskState.PENDING
        ? List.of(own, queue + "lane:" + task.type() + ":ready " + score)
        : List.of(own);
  }

  /** The reaper looks at every running task when its lease expires. */
  private void leases() {
    Map<String, Set<Long>> looks = new HashMap<>();
    contents
        .sortedSet("leases")
        .forEach(
            (member, at) -> {
              for (String id : idsOf(member)) {
                looks
                    .computeIfAbsent(member.split(":")[0] + " " + id, k -> new HashSet<>())
                    .add(at);
              }
            });
    for (StoredTask task : tasks.values()) {
      if (task.state() == TaskState.RUNNING) {
        expect(
            looks
                .getOrDefault(task.queue() + " " + task.id(), Set.of())
                .contains(task.leaseExpiry()),
            "nobody looks at running task " + task.id() + " when its lease expires");
      }
    }
  }

  /** How many tasks the members of a sorted set name beyond one each. */
  private long namesBeyondMembers(String key) {
    return contents.sortedSet(key).keySet().stream().mapToLong(m -> idsOf(m).size() - 1).sum();
  }

  private void expectCount(String key, long right) {
    String counted = contents.has(key) ? contents.string(key) : "none";
    expect(counted.equals(right == 0 ? "none" : String.valueOf(right)), key + " says " + counted);
  }

  /** The ids of a group, in a row; behind its colon if it has one. */
  private static List<String> idsOf(String group) {
    List<String> ids = new ArrayList<>();
    for (int i = group.indexOf(':') + 1; i < group.length(); i += ID_LENGTH) {
      ids.add(group.substring(i, i + ID_LENGTH));
    }
    return ids;
  }

  private void retention() {
    Map<String, Long> expiring = new HashMap<>();
    contents
        .sortedSet("expiring")
        .forEach(
            (member, at) -> {
              for (String id : idsOf(member)) {
                StoredTask task = tasks.get(id);
                expect(expiring.put(id, at) == null, id + " goes twice");
                expect(
                    task != null
                        && contents
                            .sortedSet("q:" + task.queue() + ":" + INDEX.get(task.state()))
                            .containsKey(member),
                    "the retention and an index do not have the same member with " + id);
              }
            });
    expectCount("expiring-more", namesBeyondMembers("expiring"));
    for (StoredTask task : tasks.values()) {
      boolean goes = task.state().isFinal() && !task.isStep();
      expect(
          expiring.containsKey(task.id()) == goes,
          task.state() + " task " + task.id() + " and the retention do not agree");
      if (goes && expiring.containsKey(task.id())) {
        expect(expiring.get(task.id()) >= task.updated(), task.id() + " goes before its end");
      }
    }
    expiring.keySet().forEach(id -> expect(tasks.containsKey(id), "no task goes: " + id));
  }

  private void counts() {
    for (StoredTask task : tasks.values()) {
      boolean crashLoop = task.crashes() >= MOST_CRASHES;
      expect(task.crashes() <= MOST_CRASHES, task.id() + " has crashed too often");
      expect(!crashLoop || task.state().isFinal(), task.id() + " goes on after its last crash");
      expect(task.attempt() <= task.fence(), task.id() + " was tried more often than claimed");
      expect(
          contents.list("attempts:" + task.id()).size() <= MOST_ATTEMPTS_KEPT,
          task.id() + " has too long a history");
    }
  }

  private void runs() {
    Map<String, List<StoredTask>> steps = new HashMap<>();
    for (StoredTask task : tasks.values()) {
      if (task.isStep()) {
        steps.computeIfAbsent(task.runId(), run -> new ArrayList<>()).add(task);
        expect(contents.has("run:" + task.runId()), task.id() + " is a step of no run");
      }
    }
    for (String key : contents.keys()) {
      if (key.matches("run:[^:]*")) {
        String id = key.substring("run:".length());
        run(id, contents.hash(key), steps.getOrDefault(id, List.of()));
      }
    }
    for (String key : contents.keys()) {
      if (key.startsWith("runs:")) {
        for (String id : contents.sortedSet(key).keySet()) {
          expect(
              key.equals("runs:" + contents.hash("run:" + id).get("state")),
              key + " names run " + id + " of another state");
        }
      }
    }
    contents
        .sortedSet("expiring-runs")
        .keySet()
        .forEach(id -> expect(contents.has("run:" + id), "no run goes: " + id));
  }

  private void run(String id, Map<String, String> run, List<StoredTask> steps) {
    String state = run.get("state");
    boolean running = state.equals("R");
    if (state.equals("G")) {
      return;
    }
    expect(contents.sortedSet("runs:" + state).containsKey(id), "run " + id + " is in no list");
    expect(
        contents.sortedSet("expiring-runs").containsKey(id) != running,
        "run " + id + " and the retention do not agree");
    expect(steps.size() == Integer.parseInt(run.get("steps")), "run " + id + " lacks steps");
    expect(
        contents.set("cancelling").contains(id)
            == (running && "1".equals(run.getOrDefault("cancel", "0"))),
        "run " + id + " is " + state + " and cancelling does not agree");
    expect(
        running == steps.stream().anyMatch(s -> !s.state().isFinal()),
        "run " + id + " is " + state + ", its steps say otherwise");
    Map<Integer, StoredTask> byIndex = new HashMap<>();
    Set<String> open = new HashSet<>();
    Set<String> lost = new HashSet<>();
    for (StoredTask step : steps) {
      byIndex.put(step.step(), step);
      if (!step.state().isFinal()) {
        open.add(String.valueOf(step.step()));
      }
      if (step.state() == TaskState.FAILED || step.state() == TaskState.CANCELLED) {
        lost.add(String.valueOf(step.step()));
      }
    }
    expect(contents.set("run:" + id + ":open").equals(open), "run " + id + " miscounts open steps");
    expect(
        contents.sortedSet("run:" + id + ":lost").keySet().equals(lost),
        "run " + id + " miscounts lost steps");
    steps.forEach(step -> edges(id, step, byIndex));
  }

  /**
   * A blocked step waits for exactly those before it that have not ended; one that depends on a
   * single step needs no books on that.
   */
  private void edges(String run, StoredTask step, Map<Integer, StoredTask> byIndex) {
    if (step.state() != TaskState.BLOCKED) {
      return;
    }
    String index = String.valueOf(step.step());
    Set<String> waits = new HashSet<>();
    // What the upstream steps that have ended came to, as the run has it, in any order.
    Set<String> origins = new HashSet<>();
    String upstream = contents.hash("run:" + run + ":upstream").getOrDefault(index, "");
    for (String before : upstream.split(" ", -1)) {
      TaskState state = before.isEmpty() ? null : byIndex.get(Integer.valueOf(before)).state();
      if (state != null && !state.isFinal()) {
        waits.add(before + ">" + index);
      }
      if (state != null && state.isFinal()) {
        origins.add(state == TaskState.SUCCEEDED ? "+" : state == TaskState.SKIPPED ? "~" : "!");
      }
    }
    Set<String> stored = new HashSet<>(contents.set("run:" + run + ":waits"));
    stored.removeIf(edge -> !edge.endsWith(">" + index));
    expect(!waits.isEmpty(), "step " + step.id() + " waits for nothing");
    boolean isJoin = upstream.contains(" ");
    expect(
        stored.equals(isJoin ? waits : Set.of()),
        "step " + step.id() + " waits for " + stored + ", not " + waits);
    String remaining = contents.hash("run:" + run + ":remaining").getOrDefault(index, "");
    String count = remaining.replaceAll("[^0-9]", "");
    expect(
        count.equals(isJoin ? String.valueOf(waits.size()) : ""),
        "step " + step.id() + " miscounts what it waits for");
    expect(
        !isJoin
            || Set.of(remaining.substring(count.length()).split("")).equals(origins)
            || (origins.isEmpty() && remaining.length() == count.length()),
        "step " + step.id() + " forgets what it waited for");
  }

  private void keys() {
    for (String key : contents.keys()) {
      var ofTask = OF_A_TASK.matcher(key);
      var ofRun = OF_A_RUN.matcher(key);
      if (ofTask.matches()) {
        StoredTask task = tasks.get(ofTask.group(2));
        expect(task != null, key + " is of no task");
        expect(
            task == null || task.noted() || ofTask.group(1).equals("result"),
            key + " is there, and the task's record does not say so");
      } else if (ofRun.matches()) {
        expect(contents.has("run:" + ofRun.group(1)), key + " is of no run");
      } else if (PASSING.matcher(key).matches()) {
        expect(contents.passes(key), key + " stays for ever");
      } else {
        expect(
            SINGLE.contains(key)
                || key.startsWith("task:")
                || key.startsWith("q:")
                || key.startsWith("runs:"),
            key + " is not known");
      }
    }
  }
}
