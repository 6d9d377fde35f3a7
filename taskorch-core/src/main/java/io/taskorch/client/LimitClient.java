package io.taskorch.client;

import io.taskorch.limit.DeclaredLimits;
import io.taskorch.limit.LimitNotFoundException;
import io.taskorch.limit.Limited;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueInUseException;
import io.taskorch.limit.QueueLimits;
import io.taskorch.store.LimitStore;
import io.taskorch.store.LimitStore.Declaration;
import io.taskorch.store.LimitStore.GroupView;
import io.taskorch.store.LimitStore.LimitPage;
import io.taskorch.store.LimitStore.LimitedKey;
import io.taskorch.store.LimitStore.LimitedQueue;
import io.taskorch.store.Stores;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.Violations;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets and reads limits, and pauses groups. A change holds from the next claim on; what runs goes
 * on.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store cannot be reached in
 * time, and those that take a name {@link io.taskorch.task.InvalidTaskException} when it is none.
 */
public final class LimitClient {

  private static final Logger log = LoggerFactory.getLogger(LimitClient.class);

  private final LimitStore limits;

  public LimitClient(Stores stores) {
    this.limits = stores.limits();
  }

  /**
   * Sets a queue's limits in place of those that it has; the same again changes nothing.
   *
   * @throws QueueInUseException it had none, and holds tasks that have not ended in partitions that
   *     are not its own
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public LimitedQueue limitQueue(String queue, QueueLimits wanted) {
    requireName("/queue", queue);
    limits.limitQueue(queue, wanted);
    return getQueue(queue);
  }

  public Optional<LimitedQueue> findQueue(String queue) {
    requireName("/queue", queue);
    return limits.findQueue(queue);
  }

  /**
   * @throws LimitNotFoundException it has none
   */
  public LimitedQueue getQueue(String queue) {
    return findQueue(queue).orElseThrow(() -> new LimitNotFoundException("queue " + queue));
  }

  /** Takes a queue's limits away; one that has none stays as it is. */
  public void freeQueue(String queue) {
    requireName("/queue", queue);
    limits.freeQueue(queue);
  }

  /**
   * Sets the limits of what tasks give as their {@code limit}, in place of those that it has; the
   * same again changes nothing.
   *
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public LimitedKey limit(String key, Limits wanted) {
    requireName("/key", key);
    limits.limitKey(key, wanted);
    return get(key);
  }

  public Optional<LimitedKey> find(String key) {
    requireName("/key", key);
    return limits.findKey(key);
  }

  /**
   * @throws LimitNotFoundException it has none
   */
  public LimitedKey get(String key) {
    return find(key).orElseThrow(() -> new LimitNotFoundException("key " + key));
  }

  /** Takes the limits of a key away; one that has none stays as it is. */
  public void free(String key) {
    requireName("/key", key);
    limits.freeKey(key);
  }

  /** See {@link LimitStore#list}. */
  public LimitPage list(int limit, @Nullable String cursor) {
    return limits.list(limit, cursor);
  }

  /** Starts no task of one group of a queue until it is resumed; what runs goes on. */
  public GroupView pauseGroup(String queue, String group) {
    requireGroup(queue, group);
    limits.pauseGroup(queue, group);
    return limits.group(queue, group);
  }

  public GroupView resumeGroup(String queue, String group) {
    requireGroup(queue, group);
    limits.resumeGroup(queue, group);
    return limits.group(queue, group);
  }

  /** A group as it stands; of one that nothing is said about, that. */
  public GroupView group(String queue, String group) {
    requireGroup(queue, group);
    return limits.group(queue, group);
  }

  private static void requireName(String pointer, String name) {
    Violations wrong = new Violations();
    wrong.name(pointer, name);
    wrong.throwIfAny();
  }

  private static void requireGroup(String queue, String group) {
    Violations wrong = new Violations();
    wrong.name("/queue", queue);
    wrong.name("/group", group);
    wrong.throwIfAny();
  }

  /**
   * Sets what somebody declares, where it is new or different from what they declared before: what
   * others have set since stays until then. What somebody else declares differently is left alone,
   * and so is a queue that cannot be limited now, and a warning says so.
   *
   * @param owner who declares, such as {@code config}
   */
  public void declare(String owner, DeclaredLimits declared) {
    declare(owner, declared, new HashMap<>(limits.declarations()));
  }

  /**
   * As {@link #declare}, for several owners, and takes away what one of them declared before and
   * does not any more, unless it has been changed since.
   */
  public void declareAll(Map<String, DeclaredLimits> byOwner) {
    if (byOwner.isEmpty()) {
      return;
    }
    Map<Limited, Declaration> before = new HashMap<>(limits.declarations());
    before.entrySet().removeIf(entry -> forget(entry.getKey(), entry.getValue(), byOwner));
    byOwner.forEach((owner, declared) -> declare(owner, declared, before));
  }

  /** Whether something is not declared any more by who declared it. */
  private boolean forget(
      Limited what, Declaration declaration, Map<String, DeclaredLimits> byOwner) {
    DeclaredLimits declared = byOwner.get(declaration.owner());
    if (declared == null || all(declared).contains(what)) {
      return false;
    }
    boolean elsewhere = byOwner.values().stream().anyMatch(other -> all(other).contains(what));
    if (!elsewhere && declaration.fingerprint().equals(fingerprint(what))) {
      log.info("the limits of {} are not declared any more, and taken away", what);
      switch (what) {
        case Limited.Queue(String queue) -> limits.freeQueue(queue);
        case Limited.Key(String key) -> limits.freeKey(key);
      }
    }
    limits.undeclare(what);
    return true;
  }

  private static Set<Limited> all(DeclaredLimits declared) {
    Set<Limited> all =
        declared.queues().keySet().stream().map(Limited.Queue::new).collect(Collectors.toSet());
    declared.keys().keySet().forEach(key -> all.add(new Limited.Key(key)));
    return all;
  }

  /** Of the limits as they are now; null when there are none. */
  private @Nullable String fingerprint(Limited what) {
    return switch (what) {
      case Limited.Queue(String queue) ->
          limits.findQueue(queue).map(found -> Fingerprint.of(found.limits())).orElse(null);
      case Limited.Key(String key) ->
          limits.findKey(key).map(found -> Fingerprint.of(found.limits())).orElse(null);
    };
  }

  private void declare(String owner, DeclaredLimits declared, Map<Limited, Declaration> before) {
    declared
        .queues()
        .forEach(
            (queue, wanted) -> {
              requireName("/queue", queue);
              declare(
                  new Limited.Queue(queue),
                  new Declaration(owner, Fingerprint.of(wanted)),
                  before,
                  () -> limits.limitQueue(queue, wanted));
            });
    declared
        .keys()
        .forEach(
            (key, wanted) -> {
              requireName("/key", key);
              declare(
                  new Limited.Key(key),
                  new Declaration(owner, Fingerprint.of(wanted)),
                  before,
                  () -> limits.limitKey(key, wanted));
            });
  }

  private void declare(
      Limited what, Declaration declaration, Map<Limited, Declaration> before, Runnable set) {
    Declaration held = before.get(what);
    if (held != null && held.fingerprint().equals(declaration.fingerprint())) {
      return;
    }
    if (held != null && !held.owner().equals(declaration.owner())) {
      log.warn(
          "{} declares limits of {}, but {} declares others, which stay; make them the same, or"
              + " leave out one of the two",
          declaration.owner(),
          what,
          held.owner());
      return;
    }
    try {
      set.run();
      // Afterwards: who dies in between sets them once more.
      limits.declare(what, declaration);
      before.put(what, declaration);
    } catch (QueueInUseException e) {
      log.warn("the limits of {} are not set before the next start: {}", what, e.getMessage());
    }
  }
}
