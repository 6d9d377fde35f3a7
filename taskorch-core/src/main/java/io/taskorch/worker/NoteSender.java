package io.taskorch.worker;

import io.taskorch.store.OutageBackoff;
import io.taskorch.task.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the progress and log lines of all attempts of a worker, in rounds: the first note after a
 * quiet time goes at once, a chatty handler's at most once a round.
 */
final class NoteSender {

  private static final Logger log = LoggerFactory.getLogger(NoteSender.class);

  /** Ten updates a second look live to a person. */
  private static final Duration ROUND = Duration.ofMillis(100);

  private final LinkedBlockingQueue<Notes> announced = new LinkedBlockingQueue<>();
  private final OutageBackoff backoff = new OutageBackoff(Duration.ofSeconds(1));
  private final Thread thread;

  NoteSender(String name) {
    // Not a virtual thread: handlers that keep every carrier busy would hold up their own notes.
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Ends the rounds; what is left is written with the outcomes. */
  void stop() {
    thread.interrupt();
  }

  void announce(Notes notes) {
    announced.add(notes);
  }

  private void run() {
    try {
      while (true) {
        Set<Notes> round = new LinkedHashSet<>();
        round.add(announced.take());
        announced.drainTo(round);
        Thread.sleep(sendAll(new ArrayList<>(round)));
      }
    } catch (InterruptedException e) {
      log.trace("ended", e);
    }
  }

  private Duration sendAll(List<Notes> round) {
    for (int i = 0; i < round.size(); i++) {
      Notes notes = round.get(i);
      notes.heard();
      try {
        notes.send();
        backoff.reset();
      } catch (StoreUnavailableException e) {
        announced.addAll(round.subList(i, round.size()));
        return backoff.next();
      } catch (RuntimeException e) {
        log.error("notes of an attempt could not be written", e);
      }
    }
    return ROUND;
  }
}
