package io.taskorch.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long the apps take from the start of their process until they are ready. */
final class Startup implements Benchmark {

  private static final Map<Child.Role, Measure> APPS = new LinkedHashMap<>();

  static {
    APPS.put(Child.Role.API, Measure.cost("start-up of the API", "s"));
    APPS.put(Child.Role.WORKER, Measure.cost("start-up of a worker", "s"));
    APPS.put(Child.Role.SCHEDULER, Measure.cost("start-up of a scheduler", "s"));
  }

  @Override
  public String name() {
    return "startup";
  }

  @Override
  public String description() {
    return "from the start of a process until its readiness answers 200";
  }

  @Override
  public List<Measure> measures() {
    return List.copyOf(APPS.values());
  }

  @Override
  public boolean takesItsTime() {
    return true;
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    for (int run = 0; run < rig.runs(); run++) {
      for (Map.Entry<Child.Role, Measure> app : APPS.entrySet()) {
        long begin = System.nanoTime();
        try (AppProcess process = AppProcess.start(app.getKey(), rig.redis(), rig.newNamespace())) {
          sheet.add(app.getValue(), (System.nanoTime() - begin) / 1e9);
        }
      }
    }
    rig.flush();
  }
}
