package io.taskorch.api.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.testing.FaultProxy;
import io.taskorch.testing.TestRedis;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class OutageTest {

  @Test
  void withoutRedisCallsAreRefusedForNowAndGoOnWithoutARestart() {
    try (FaultProxy proxy = FaultProxy.before(TestRedis.uri());
        Api api = Api.start(Map.of("redis.addr", proxy.uri().toString()))) {
      String id = api.submit("{\"type\":\"a\"}");
      proxy.refuse();
      Answer refused = api.post("/v1/tasks", "{\"type\":\"a\"}");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).matches("\\d+");
      assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
      assertThat(refused.at("/type")).endsWith(":store-unavailable");
      assertThat(api.get("/v1/tasks/" + id).status()).isEqualTo(503);
      assertThat(api.get("/health/readiness").status()).isEqualTo(503);
      assertThat(api.get("/health/liveness").status()).isEqualTo(200);
      assertThat(api.get("/metrics").status()).isEqualTo(200);

      proxy.heal();
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                assertThat(api.get("/v1/tasks/" + id).status()).isEqualTo(200);
                assertThat(api.post("/v1/tasks", "{\"type\":\"a\"}").status()).isEqualTo(201);
                assertThat(api.get("/health/readiness").status()).isEqualTo(200);
              });
    }
  }

  @Test
  void aFullRedisTakesNoMoreAndLetsWhatIsThereBeRead() {
    try (EmbeddedRedis redis = EmbeddedRedis.start(Map.of("maxmemory", "6mb"));
        Api api = Api.start(Map.of("redis.addr", redis.uri().toString()))) {
      String first = api.submit("{\"type\":\"a\"}");
      String body = "{\"type\":\"a\",\"payload\":\"" + "x".repeat(100_000) + "\"}";
      Answer answer = api.post("/v1/tasks", body);
      for (int i = 0; i < 200 && answer.status() == 201; i++) {
        answer = api.post("/v1/tasks", body);
      }
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.at("/type")).endsWith(":storage-full");
      assertThat(answer.header("Retry-After")).isNotNull();
      assertThat(api.get("/v1/tasks/" + first).status()).isEqualTo(200);
      assertThat(api.delete("/v1/tasks/" + first).status()).isEqualTo(200);
    }
  }
}
