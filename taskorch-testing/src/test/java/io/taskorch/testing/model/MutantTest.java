package io.taskorch.testing.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.testing.scripts.Script;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.RandomGenerator;

/**
 * Scripts with a mistake put into them. The sequences must find each: else they would not find the
 * next one either.
 */
class MutantTest {

  private static final int MOST_TRIES = 60;
  private static final int LONGEST = 60;

  /** A mistake: the script, and what stands there in place of what. */
  enum Mutant {
    ANY_LEASE_WILL_DO("lib/lease", "find(bytes, lease.nonce, 92, true) == 92", "true"),
    ANY_GENERATION_WILL_DO_AND_ANY_LEASE_IS_KNOWN(
        "task/settle",
        "elseif find(bytes, lease.settled, 61, true) == 61 then",
        "elseif true then"),
    A_SETTLED_LEASE_IS_FORGOTTEN(
        "task/settle",
        "elseif find(bytes, lease.settled, 61, true) == 61 then",
        "elseif false then"),
    NOBODY_LOOKS_AFTER_A_CLAIMED_TASK(
        "lib/taken", "lease_together(kind.queue, taken.ids, expiry)", ""),
    NOBODY_LOOKS_AFTER_A_PROLONGED_LEASE(
        "task/heartbeat", "lease_together(queue, ids, expiry)", ""),
    A_LEASE_IS_NOT_PROLONGED("task/heartbeat", "save_expiry(keys, expiry)", ""),
    A_LEASE_ENDS_EARLY("task/reap", "and t.expiry <= at13", ""),
    A_FINISHED_TASK_STAYS_RUNNING("task/settle", "index_remove_all(kind.running, ids)", ""),
    A_GROUP_IS_NOT_COUNTED("lib/succeeded", "count_more(queue, number - 1)", ""),
    A_FORGOTTEN_GROUP_IS_COUNTED("lib/succeeded", "count_more(kind.queue, 1 - #ids)", ""),
    A_TASK_THAT_LEAVES_ITS_GROUP_IS_COUNTED("lib/succeeded", "count_more(kind.queue, -1)", ""),
    A_GROUP_FALLS_APART_WITH_ITS_FIRST_TASK("lib/succeeded", "index_add(index, ended, rest)", ""),
    THE_REST_OF_A_GROUP_STAYS_FOR_EVER(
        "lib/succeeded", "index_add(EXPIRING, call('ZSCORE', EXPIRING, member), rest)", ""),
    A_GROUP_STAYS_LISTED(
        "lib/succeeded", "index_remove(index_key(kind.queue, state_of(bytes)), member)", ""),
    A_CLAIM_IS_NOT_REMEMBERED("task/claim", "write('SET', memory,", "touch("),
    A_CLAIMED_TASK_STAYS_READY("task/claim", "write('ZREMRANGEBYRANK', chosen.key,", "touch("),
    A_RETRY_IS_NOT_REMEMBERED("task/retry", "write('SET', operation, '1', 'PX', 600000)", ""),
    A_CANCELLED_TASK_STAYS_READY("lib/line", "index_remove(base .. 'ready', t.id)", ""),
    A_CANCELLED_TASK_STAYS_ASIDE("lib/line", "leave_section(t, lane_of(t.type, t.flow))", ""),
    A_PROMOTED_TASK_STAYS_SCHEDULED("lib/promote_due", "index_remove(entry.from, entry.id)", ""),
    A_CRASH_IS_NOT_COUNTED("task/reap", "t.crashes = t.crashes + 1", ""),
    A_CANCELLED_TASK_COMES_BACK_FROM_A_CRASH("task/reap", "t.cancel == '1'", "false"),
    A_RELEASE_COSTS_AN_ATTEMPT("task/settle", "t.attempt = t.attempt - 1", ""),
    A_RETRIED_TASK_FORGETS_ITS_FENCE(
        "lib/start_over", "t.attempt = 0", "t.attempt = 0 t.fence = 0"),
    THE_SAME_LINES_ARE_WRITTEN_TWICE("task/log", "[2][8] == ARGV[3]", "[2][8] == ''"),
    AN_EXPIRED_TASK_STARTS("task/claim", "kind.start_before < at13", "false"),
    A_PAUSED_QUEUE_IS_CLAIMED_FROM("task/claim", "if paused[i] == 0 and", "if"),
    A_LOG_IS_NOT_NOTED("task/log", "save_note(id, bytes)", ""),
    AN_ATTEMPT_IS_NOT_NOTED("lib/history", "t.notes = '1'", ""),
    A_DELETED_TASK_LEAVES_ITS_RESULT("lib/forget", "delete(RESULT .. id)", ""),
    A_STEP_IS_RELEASED_BY_ITS_FIRST_EDGE(
        "lib/run", "elseif remaining.count > 0 then", "elseif false then"),
    A_FAILED_STEP_RELEASES_WHAT_COMES_AFTER(
        "lib/end_task",
        "{D = 'R', K = 'K', F = 'C', C = 'C'}",
        "{D = 'R', K = 'K', F = 'R', C = 'R'}"),
    A_CANCELLED_RUN_GOES_ON("lib/run", "leave_for_later(r, 'c 0')", ""),
    A_JOIN_FORGETS_A_FAILURE("lib/run", "F = '!', C = '!'}", "F = '+', C = '+'}"),
    A_RUN_NEVER_ENDS("lib/run", "if r.goes_on", "if true");

    final String script;
    final String right;
    final String wrong;

    Mutant(String script, String right, String wrong) {
      this.script = script;
      this.right = right;
      this.wrong = wrong;
    }

    Map<String, String> overrides() {
      String text = Script.named(script).text();
      assertThat(text).as(script).containsOnlyOnce(right);
      return Map.of(script, text.replace(right, wrong));
    }
  }

  @Example
  void everyMistakeIsFound() {
    RandomGenerator<List<Action>> sequences = Actions.sequences(LONGEST).generator(1_000);
    assertThat(Mutant.values()).filteredOn(mutant -> !isFound(mutant, sequences)).isEmpty();
  }

  /** Before they take time: what a mutant replaces stands there still. */
  @Example
  void everyMistakeCanBeMade() {
    for (Mutant mutant : Mutant.values()) {
      assertThat(mutant.overrides()).as(mutant.name()).hasSize(1);
    }
  }

  private static boolean isFound(Mutant mutant, RandomGenerator<List<Action>> sequences) {
    Random random = new Random(7);
    try (Trial trial = Trial.open(mutant.overrides())) {
      return IntStream.range(0, MOST_TRIES)
          .mapToObj(n -> sequences.next(random).value())
          .anyMatch(actions -> trial.failureOf(actions).isPresent());
    }
  }
}
