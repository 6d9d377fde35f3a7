package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Progress;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NotesTest {

  record LogCall(String operation, List<String> lines) {}

  private final List<LogCall> logs = Collections.synchronizedList(new ArrayList<>());
  private final List<Progress> progress = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger failuresToCome = new AtomicInteger();
  private volatile boolean held = true;

  private final StubTaskStore store =
      new StubTaskStore() {
        @Override
        public boolean log(Lease lease, String operation, List<LogLine> lines) {
          logs.add(new LogCall(operation, lines.stream().map(LogLine::line).toList()));
          failIfAsked();
          return held;
        }

        @Override
        public boolean progress(Lease lease, Progress latest) {
          progress.add(latest);
          failIfAsked();
          return held;
        }

        private void failIfAsked() {
          if (failuresToCome.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new StoreUnavailableException("away", null);
          }
        }
      };

  private final NoteSender sender = new NoteSender("notes");
  private final LiveAttempt attempt =
      new LiveAttempt(
          Attempts.leased(TaskSpec.of("t")),
          System.nanoTime() + Duration.ofHours(1).toNanos(),
          live -> new Notes(live, store, InstantSource.fixed(Instant.EPOCH), sender),
          Attempts::noBatch);

  @AfterEach
  void stop() {
    sender.stop();
  }

  private List<String> written() {
    return logs.stream().flatMap(call -> call.lines().stream()).toList();
  }

  @Test
  void linesAreWrittenInOrderAndManyToACall() {
    for (int i = 0; i < 500; i++) {
      attempt.log("line " + i);
    }
    assertThat(logs).isEmpty();
    attempt.unsentNotes().flush();
    assertThat(logs).hasSize(3);
    assertThat(written())
        .containsExactlyElementsOf(IntStream.range(0, 500).mapToObj(i -> "line " + i).toList());
  }

  @Test
  void ofProgressOnlyTheLatestIsWritten() {
    for (int i = 0; i <= 100; i++) {
      attempt.progress(i, "at " + i);
    }
    attempt.unsentNotes().flush();
    assertThat(progress).containsExactly(new Progress(100, "at 100"));
  }

  @Test
  void theSenderWritesTheFirstNoteAtOnceAndAChattyHandlersNowAndThen() {
    sender.start();
    attempt.progress(1);
    await().until(() -> progress.size() == 1);
    long until = System.nanoTime() + Duration.ofMillis(350).toNanos();
    int said = 0;
    while (System.nanoTime() < until) {
      attempt.progress(++said % 100);
    }
    assertThat(progress.size()).isBetween(2, 6);
    assertThat(said).isGreaterThan(1_000);
  }

  @Test
  void aCallWithoutAnAnswerIsMadeAgainWithTheSameNameAndLines() {
    failuresToCome.set(2);
    attempt.log("first");
    Notes notes = attempt.unsentNotes();
    assertThatThrownBy(notes::send).isInstanceOf(StoreUnavailableException.class);
    attempt.log("second");
    assertThatThrownBy(notes::send).isInstanceOf(StoreUnavailableException.class);
    notes.flush();
    assertThat(logs).hasSize(4);
    assertThat(Set.copyOf(logs.subList(0, 3))).hasSize(1);
    assertThat(logs.get(2).lines()).containsExactly("first");
    assertThat(logs.get(3).lines()).containsExactly("second");
    assertThat(logs.get(3).operation()).isNotEqualTo(logs.get(2).operation());
  }

  @Test
  void progressThatGotNoAnswerIsWrittenAgainUnlessThereIsNewer() {
    failuresToCome.set(1);
    attempt.progress(10);
    assertThatThrownBy(attempt.unsentNotes()::send).isInstanceOf(StoreUnavailableException.class);
    attempt.unsentNotes().flush();
    failuresToCome.set(1);
    attempt.progress(20);
    assertThatThrownBy(attempt.unsentNotes()::send).isInstanceOf(StoreUnavailableException.class);
    attempt.progress(30);
    attempt.unsentNotes().flush();
    assertThat(progress).extracting(Progress::percent).containsExactly(10, 10, 20, 30);
  }

  @Test
  void aHandlerThatIsFasterThanTheStoreWritesItself() {
    for (int i = 0; i < 1_500; i++) {
      attempt.log("line");
    }
    assertThat(written()).hasSize(1_000);
  }

  @Test
  void withoutAStoreTheOldestLinesAreLostAndThatIsSaid() {
    failuresToCome.set(Integer.MAX_VALUE);
    for (int i = 0; i < 1_205; i++) {
      attempt.log("line " + i);
    }
    failuresToCome.set(0);
    logs.clear();
    attempt.unsentNotes().flush();
    List<String> lines = written();
    assertThat(lines.getLast()).isEqualTo("line 1204");
    assertThat(lines).anyMatch(line -> line.endsWith("lines were lost: no storage)"));
    assertThat(lines).hasSizeBetween(1_000, 1_210);
  }

  @Test
  void aLostLeaseStopsTheHandlerAndTheWriting() {
    held = false;
    attempt.log("line");
    attempt.unsentNotes().flush();
    assertThat(attempt.lost()).isTrue();
    attempt.log("another");
    attempt.unsentNotes().flush();
    assertThat(logs).hasSize(1);
  }

  @Test
  void textIsSplitIntoLinesAndLongOnesAreCut() {
    attempt.log("stderr", "a\nb\r\n\nc");
    attempt.log("x".repeat(3_999) + "😀");
    attempt.unsentNotes().flush();
    assertThat(written()).containsExactly("a", "b", "", "c", "x".repeat(3_999));
    assertThatIllegalArgumentException().isThrownBy(() -> attempt.log("stdin", "x"));
  }

  @Test
  void progressIsCheckedAndItsMessageCut() {
    assertThatIllegalArgumentException().isThrownBy(() -> attempt.progress(101));
    assertThatIllegalArgumentException().isThrownBy(() -> attempt.progress(-1));
    attempt.progress(5, "m".repeat(900));
    attempt.unsentNotes().flush();
    assertThat(progress.getFirst().message()).hasSize(500);
  }
}
