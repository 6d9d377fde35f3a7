package io.taskorch.redis;

import io.taskorch.redis.StepDecider.Look;
import io.taskorch.store.RunStore.Advanced;

/** Goes on with runs whose last change was too large for one call, or needs a decision. */
final class RunAdvance {

  /** A caller goes on with what its change left over this often; the rest is upkeep's. */
  private static final int MOST_ADVANCES = 100;

  private final RedisCalls calls;
  private final StepDecider decider;

  RunAdvance(RedisCalls calls, StepDecider decider) {
    this.calls = calls;
    this.decider = decider;
  }

  /** Does one call's share of each. */
  Advanced once(int partition) {
    Look look = decider.decide(partition);
    boolean more = look.decided() > 0;
    if (look.leftOver()) {
      more |= calls.number(partition, "run/advance", Args.of()) > 0;
    }
    return new Advanced(more, look.nextDecision(), look.now());
  }

  /** Goes on until there is nothing to do, or for as long as a caller may be held up. */
  void go(int partition) {
    int left = MOST_ADVANCES;
    while (once(partition).more() && left > 0) {
      left--;
    }
  }
}
