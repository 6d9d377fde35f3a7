package io.taskorch.api.poll;

import io.taskorch.client.AwaitInterruptedException;
import io.taskorch.client.AwaitTimeoutException;
import io.taskorch.client.TaskClient;
import io.taskorch.micronaut.Shutdown;
import io.taskorch.task.Task;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Calls that wait for the end of a task; they are answered early when the app is to end. */
@Singleton
public final class LongPolls {

  private final TaskClient tasks;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Thread> waiting = new HashSet<>();
  private boolean ending;

  LongPolls(TaskClient tasks, Shutdown shutdown) {
    this.tasks = tasks;
    shutdown.onBegin(this::end);
  }

  private void end() {
    lock.lock();
    try {
      ending = true;
      waiting.forEach(Thread::interrupt);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The task when it has ended, or as it stands when the time is over.
   *
   * @throws io.taskorch.task.TaskNotFoundException no such task
   */
  public Task await(String id, Duration longest) {
    Task task = tasks.get(id);
    if (task.state().isFinal() || longest.isZero() || !enter()) {
      return task;
    }
    try {
      return tasks.await(id, longest);
    } catch (AwaitTimeoutException | AwaitInterruptedException e) {
      leave();
      return tasks.get(id);
    } finally {
      leave();
    }
  }

  /** Whether there is time to wait. */
  private boolean enter() {
    lock.lock();
    try {
      return !ending && waiting.add(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  /** The thread is free of any interruption afterwards. */
  private void leave() {
    lock.lock();
    try {
      waiting.remove(Thread.currentThread());
      boolean unused = Thread.interrupted();
    } finally {
      lock.unlock();
    }
  }
}
