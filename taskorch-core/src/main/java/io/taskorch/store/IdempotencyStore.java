package io.taskorch.store;

import java.time.Duration;

/**
 * Remembers which id an idempotency key stands for. A key is reserved before its task is stored and
 * confirmed afterwards; a repeat of a reserved one stores the same id, a repeat of a confirmed one
 * stores nothing.
 */
public interface IdempotencyStore {

  Duration KEPT = Duration.ofHours(24);

  /**
   * @param id what the key shall stand for if it is new
   * @param fingerprint of the whole submission
   */
  Reservation reserve(String key, String id, String fingerprint);

  void confirm(String key, String id);

  /** What a key stands for, which may be somebody else's id. */
  record Reservation(String id, String fingerprint, boolean confirmed) {}
}
