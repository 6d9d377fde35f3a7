package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.IdempotencyStore;
import io.taskorch.store.IdempotencyStore.Reservation;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(Setup.class)
class IdempotencyStoreContractTest extends Contract {

  @ParameterizedTest
  @ValueSource(strings = {"order-1", "{a}b}:x", "a key with spaces / and = signs", "é🙂\n"})
  void aKeyStandsForItsFirstId(String key) {
    String id = newId();
    Reservation first = stores.idempotency().reserve(key, id, "f1");
    assertThat(first).isEqualTo(new Reservation(id, "f1", false));
    assertThat(stores.idempotency().reserve(key, newId(), "f2"))
        .isEqualTo(new Reservation(id, "f1", false));
    stores.idempotency().confirm(key, id);
    assertThat(stores.idempotency().reserve(key, newId(), "f1"))
        .isEqualTo(new Reservation(id, "f1", true));
  }

  @Test
  void aConfirmationByAnotherIdChangesNothing() {
    String id = newId();
    stores.idempotency().reserve("k", id, "f");
    stores.idempotency().confirm("k", newId());
    assertThat(stores.idempotency().reserve("k", id, "f").confirmed()).isFalse();
    stores.idempotency().confirm("never-reserved", id);
    assertThat(stores.idempotency().reserve("never-reserved", id, "f").confirmed()).isFalse();
  }

  @Test
  void twoKeysDoNotMeet() {
    stores.idempotency().reserve("a", newId(), "f");
    String id = newId();
    assertThat(stores.idempotency().reserve("b", id, "f").id()).isEqualTo(id);
  }

  @Test
  void aKeyIsForgottenAfterADay() {
    stores.idempotency().reserve("k", newId(), "f");
    stores.idempotency().reserve("k", newId(), "f");
    long left =
        keys().stream()
            .filter(key -> key.endsWith(":key:k"))
            .mapToLong(key -> namespace.raw().number("PTTL", key))
            .findFirst()
            .orElseThrow();
    // by the server's own clock, which no test can set
    assertThat(Duration.ofMillis(left))
        .isBetween(IdempotencyStore.KEPT.minusMinutes(1), IdempotencyStore.KEPT);
  }
}
