package io.taskorch.worker;

import io.taskorch.store.Claim;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewTask;
import io.taskorch.store.TaskStore;
import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Progress;
import io.taskorch.task.Task;
import java.time.Duration;
import java.util.List;

/** A store that a test gives the answers for; what it does not expect fails it. */
class StubTaskStore implements TaskStore {

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Claim claim(ClaimRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Heartbeat> heartbeat(List<Lease> leases, Duration lease) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean progress(Lease lease, Progress progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean log(Lease lease, String operation, List<LogLine> lines) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Task cancel(String id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Task retry(String id, String operation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Task runNow(String id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(String id) {
    throw new UnsupportedOperationException();
  }
}
