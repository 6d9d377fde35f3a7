package io.taskorch.api.problem;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.web.router.MethodBasedRouteMatch;
import io.micronaut.web.router.RouteAttributes;
import io.taskorch.api.input.Query;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refuses query parameters that the route does not declare, or that are there twice: a filter with
 * a typing mistake would else give everything.
 */
@ServerFilter("/v1/**")
final class UnknownParameters {

  @RequestFilter
  void check(HttpRequest<?> request) {
    if (RouteAttributes.getRouteMatch(request).orElse(null)
        instanceof MethodBasedRouteMatch<?, ?> route) {
      check(request, route);
    }
  }

  private static void check(HttpRequest<?> request, MethodBasedRouteMatch<?, ?> route) {
    Set<String> known =
        Arrays.stream(route.getArguments())
            .filter(argument -> argument.isAnnotationPresent(QueryValue.class))
            .map(
                argument ->
                    argument
                        .getAnnotationMetadata()
                        .stringValue(QueryValue.class)
                        .orElse(argument.getName()))
            .collect(Collectors.toSet());
    Query query = new Query();
    request
        .getParameters()
        .forEach(
            (name, values) -> {
              if (!known.contains(name)) {
                query.refuse(name, "unknown-parameter", "is not a parameter of this call");
              } else if (values.size() > 1) {
                query.refuse(name, "duplicate-parameter", "is given more than once");
              }
            });
    query.done();
  }
}
