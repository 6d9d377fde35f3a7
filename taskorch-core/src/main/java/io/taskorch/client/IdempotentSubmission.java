package io.taskorch.client;

import io.taskorch.store.IdempotencyStore;
import io.taskorch.store.IdempotencyStore.Reservation;
import io.taskorch.task.GoneException;
import io.taskorch.task.IdempotencyConflictException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Submits something once per idempotency key: the key is reserved for an id, the thing is stored
 * under that id, the key is confirmed. Whoever dies in between leaves a reservation, and the next
 * one with the key goes on from there.
 *
 * @param <T> what is submitted
 */
final class IdempotentSubmission<T> {

  private final IdempotencyStore keys;
  private final Function<Reservation, Stored<T>> store;
  private final Function<String, Optional<T>> find;

  /**
   * @param store stores it under the id of its reservation, or leaves what is stored under it
   * @param find what is stored under an id
   */
  IdempotentSubmission(
      IdempotencyStore keys,
      Function<Reservation, Stored<T>> store,
      Function<String, Optional<T>> find) {
    this.keys = keys;
    this.store = store;
    this.find = find;
  }

  /**
   * What is stored now.
   *
   * @param created whether by this call
   * @param reserved whether under the reserved id: what stands in its place is asked for again
   */
  record Stored<T>(T thing, boolean created, boolean reserved) {
    Stored(T thing, boolean created) {
      this(thing, created, true);
    }
  }

  /**
   * @param id for the thing, if the key is new
   */
  Stored<T> submit(String key, String id, String fingerprint) {
    Reservation reservation = keys.reserve(key, id, fingerprint);
    String reserved = reservation.id();
    if (!Fingerprint.isSameRequest(reservation.fingerprint(), fingerprint)) {
      throw new IdempotencyConflictException(reserved);
    }
    if (reservation.confirmed()) {
      T first = find.apply(reserved).orElseThrow(() -> new GoneException(reserved));
      return new Stored<>(first, false);
    }
    Stored<T> stored = store.apply(reservation);
    if (stored.reserved) {
      keys.confirm(key, reserved);
    }
    return stored;
  }
}
