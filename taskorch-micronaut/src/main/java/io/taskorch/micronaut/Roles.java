package io.taskorch.micronaut;

import io.taskorch.micronaut.config.App;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which apps this process is. */
public record Roles(Set<App> apps) {

  public Roles {
    apps = Set.copyOf(apps);
  }

  static List<String> words(Set<App> apps) {
    return apps.stream().sorted().map(app -> app.name().toLowerCase(Locale.ROOT)).toList();
  }

  public boolean has(App app) {
    return apps.contains(app);
  }
}
