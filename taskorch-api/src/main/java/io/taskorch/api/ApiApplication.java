package io.taskorch.api;

import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.info.License;
import io.taskorch.micronaut.Launcher;
import io.taskorch.micronaut.config.App;

/** The REST API as a process of its own. It works on no tasks and keeps nothing in order. */
@OpenAPIDefinition(
    info =
        @Info(
            title = "taskorch",
            version = "1",
            description =
                "Tasks and workflows on Redis. Instants are RFC 3339 in UTC, durations strings such"
                    + " as 500ms, 5s, 1m or 2h; errors are application/problem+json. Fields and"
                    + " parameters that are not known are refused.",
            license =
                @License(
                    name = "Apache-2.0",
                    url = "https://www.apache.org/licenses/LICENSE-2.0.txt")))
public final class ApiApplication {

  private ApiApplication() {}

  /**
   * @param args nothing, or {@code --config FILE}
   */
  public static void main(String[] args) {
    Launcher.main(App.API, args);
  }
}
