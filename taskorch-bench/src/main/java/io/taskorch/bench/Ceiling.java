package io.taskorch.bench;

import java.util.List;
import java.util.Set;

/** What bare scripts do on this Redis, beside which the other figures stand. */
final class Ceiling implements Benchmark {

  static final int CALLERS = 64;

  static final Measure SET = Measure.rate("plain SET in a pipeline", "commands/s").asYardstick();
  static final Measure ENQUEUE = raw("raw enqueue in batches");
  static final Measure DRAIN = raw("raw claim and finish in batches");
  static final Measure MANY_CONNECTIONS = raw("raw enqueue one by one, 64 connections");
  static final Measure ONE_CONNECTION = raw("raw enqueue one by one, one connection");

  private static Measure raw(String name) {
    return Measure.rate(name, "tasks/s").asYardstick();
  }

  @Override
  public String name() {
    return "ceiling";
  }

  @Override
  public String description() {
    return "bare scripts by a pipelining client: the most that this Redis can do";
  }

  @Override
  public List<Measure> measures() {
    return List.of(SET, ENQUEUE, DRAIN, MANY_CONNECTIONS, ONE_CONNECTION);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) {
    measure(rig, sheet, Set.copyOf(measures()));
  }

  /** Measures some of them, shortly before what is compared to them. */
  void measure(Rig rig, Sheet sheet, Set<Measure> wanted) {
    RawCeiling raw = new RawCeiling(rig.redis(), rig.newNamespace());
    int tasks = rig.tasks(1);
    if (wanted.contains(SET)) {
      sheet.add(SET, raw.sets(tasks, rig.payload()));
    }
    if (wanted.contains(ENQUEUE) || wanted.contains(DRAIN)) {
      rig.flush();
      sheet.add(ENQUEUE, raw.enqueue(tasks, rig.payload()));
      sheet.add(DRAIN, raw.drain(tasks));
    }
    rig.flush();
    if (wanted.contains(MANY_CONNECTIONS)) {
      sheet.add(MANY_CONNECTIONS, raw.enqueueOneByOne(rig.tasks(0.5), rig.payload(), CALLERS));
    }
    if (wanted.contains(ONE_CONNECTION)) {
      sheet.add(ONE_CONNECTION, raw.enqueueOneByOne(rig.tasks(0.1), rig.payload()));
    }
    rig.flush();
  }
}
