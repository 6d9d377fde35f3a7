package io.taskorch.api.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.task.TaskorchException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {

  @Controller("/failing")
  static class Failing {
    @Get("/by-any-exception")
    String byAnyException() {
      throw new IllegalStateException("a secret");
    }

    @Get("/by-one-of-ours")
    String byOneOfOurs() {
      throw new TaskorchException("a secret");
    }

    @Get("/by-an-error")
    String byAnError() {
      throw new AssertionError("a secret");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"by-any-exception", "by-one-of-ours", "by-an-error"})
  void whatGoesWrongInsideStaysInside(String path) {
    Answer answer = Api.shared().get("/failing/" + path);
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.text()).doesNotContain("secret").doesNotContain("Exception");
    assertThat(answer.at("/detail")).contains("log");
  }
}
