package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import io.taskorch.store.WorkerRegistry.WorkerState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class WorkerRegistryContractTest extends Contract {

  private static final Duration LIVE_FOR = Duration.ofSeconds(30);

  @Test
  void aWorkerIsListedAsItToldOfItself() {
    WorkerInfo info = worker("w1");
    assertThat(stores.workers().beat(info, LIVE_FOR)).isFalse();
    assertThat(stores.workers().list())
        .containsExactly(new RegisteredWorker(info, clock.instant(), WorkerState.ACTIVE));
  }

  @Test
  void aLaterWordReplacesTheFirst() {
    stores.workers().beat(worker("w1"), LIVE_FOR);
    clock.advance(Duration.ofSeconds(10));
    WorkerInfo busier =
        new WorkerInfo("w1", "h", "2", "p", List.of(), List.of("t"), List.of(), 8, 7, false);
    stores.workers().beat(busier, LIVE_FOR);
    assertThat(stores.workers().list())
        .containsExactly(new RegisteredWorker(busier, clock.instant(), WorkerState.ACTIVE));
  }

  @Test
  void oneThatIsSilentIsLostAndThenForgotten() {
    stores.workers().beat(worker("w1"), LIVE_FOR);
    clock.advance(LIVE_FOR.plusMillis(1));
    assertThat(stores.workers().list())
        .extracting(RegisteredWorker::state)
        .containsExactly(WorkerState.LOST);
    clock.advance(Duration.ofHours(1));
    assertThat(stores.workers().list()).isEmpty();
  }

  @Test
  void oneThatLeftIsNotListed() {
    stores.workers().beat(worker("w1"), LIVE_FOR);
    stores.workers().beat(worker("w2"), LIVE_FOR);
    stores.workers().leave("w1");
    stores.workers().leave("w1");
    assertThat(stores.workers().list()).extracting(w -> w.info().id()).containsExactly("w2");
  }

  @Test
  void oneThatIsAskedToDrainHearsOfItAtItsNextWord() {
    stores.workers().beat(worker("w1"), LIVE_FOR);
    assertThat(stores.workers().drain("w1")).isTrue();
    assertThat(stores.workers().drain("nobody")).isFalse();
    assertThat(stores.workers().list())
        .extracting(RegisteredWorker::state)
        .containsExactly(WorkerState.DRAINING);
    assertThat(stores.workers().beat(worker("w1"), LIVE_FOR)).isTrue();
    assertThat(stores.workers().beat(worker("w1"), LIVE_FOR)).isTrue();
  }

  @Test
  void oneThatDrainsByItselfIsShownSo() {
    stores
        .workers()
        .beat(
            new WorkerInfo("w1", "h", "1", "p", List.of(), List.of(), List.of(), 8, 0, true),
            LIVE_FOR);
    assertThat(stores.workers().list())
        .extracting(RegisteredWorker::state)
        .containsExactly(WorkerState.DRAINING);
  }

  private static WorkerInfo worker(String id) {
    return new WorkerInfo(
        id,
        "hóst,\"1\"",
        "0.1.0",
        "default",
        List.of("default", "images"),
        List.of("t"),
        List.of("gpu"),
        10,
        3,
        false);
  }
}
