package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.store.DefinitionStore;
import io.taskorch.store.DefinitionStore.Saved;
import io.taskorch.store.DefinitionStore.Stored;
import io.taskorch.store.DefinitionStore.Version;
import io.taskorch.store.DefinitionStore.VersionPage;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(Setup.class)
class DefinitionStoreContractTest extends Contract {

  private int operations;

  private DefinitionStore definitions() {
    return stores.definitions();
  }

  private Saved save(String name, String digest, Json document) {
    return definitions().save(name, digest, document, "op-" + operations++);
  }

  private Version version(String name, int number) {
    return new Version(name, number, clock.instant());
  }

  @Test
  void eachChangeIsAVersionAndNoneReplacesAnother() {
    Json one = Json.of("{\"a\": 1.10}");
    Json two = Json.of("{\"b\":2}");
    Version first = version("w", 1);
    assertThat(save("w", "d1", one)).isEqualTo(new Saved(first, true));
    clock.advance(Duration.ofMinutes(1));
    Version second = version("w", 2);
    assertThat(save("w", "d2", two)).isEqualTo(new Saved(second, true));
    assertThat(definitions().find("w", null)).contains(new Stored(second, two));
    assertThat(definitions().find("w", 2)).contains(new Stored(second, two));
    assertThat(definitions().find("w", 1)).contains(new Stored(first, one));
    assertThat(definitions().find("w", 3)).isEmpty();
    assertThat(definitions().find("w", 0)).isEmpty();
    assertThat(definitions().find("v", null)).isEmpty();
    assertThat(definitions().find("v", 1)).isEmpty();
  }

  @Test
  void theSameAgainIsNoVersion() {
    Version first = version("w", 1);
    save("w", "d1", Json.of("1"));
    clock.advance(Duration.ofMinutes(1));
    assertThat(save("w", "d1", Json.of("1"))).isEqualTo(new Saved(first, false));
    assertThat(definitions().versions("w", 10, null).versions()).containsExactly(first);
  }

  @Test
  void whatWasBeforeTheLatestIsAVersionAgain() {
    save("w", "d1", Json.of("1"));
    save("w", "d2", Json.of("2"));
    assertThat(save("w", "d1", Json.of("1"))).isEqualTo(new Saved(version("w", 3), true));
  }

  @Test
  void theSameCallAgainGivesTheSameAnswer() {
    Saved first = definitions().save("w", "d1", Json.of("1"), "op");
    assertThat(definitions().save("w", "d1", Json.of("1"), "op")).isEqualTo(first);
    assertThat(first.created()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 * (1 << 20) + 12_345})
  void documentsOfAnySizeComeBackByteForByte(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Json document = Json.ofUtf8(bytes);
    assertThat(save("w", "d", document).created()).isTrue();
    assertThat(definitions().find("w", null).orElseThrow().document()).isEqualTo(document);
    assertThat(save("w", "d", document).created()).isFalse();
    assertThat(keys()).filteredOn(key -> key.contains("upload")).isEmpty();
  }

  @Test
  void whatIsTooLargeIsRefused() {
    assertThatThrownBy(() -> save("w", "d", Json.ofUtf8(new byte[DefinitionStore.MOST_BYTES + 1])))
        .isInstanceOf(InvalidTaskException.class);
    assertThat(definitions().list(10, null).versions()).isEmpty();
  }

  @Test
  void versionsAreListedLatestFirstInPages() {
    for (int i = 1; i <= 7; i++) {
      save("w", "d" + i, Json.of("" + i));
    }
    assertThat(numbers("w", 3, null)).containsExactly(7, 6, 5);
    assertThat(definitions().versions("w", 3, null).nextCursor()).hasValue("5");
    assertThat(numbers("w", 3, "5")).containsExactly(4, 3, 2);
    assertThat(numbers("w", 3, "2")).containsExactly(1);
    assertThat(definitions().versions("w", 3, "2").nextCursor()).isEmpty();
    assertThat(numbers("w", 3, "1")).isEmpty();
    assertThat(numbers("w", 1, "100")).containsExactly(7);
    assertThat(numbers("v", 3, null)).isEmpty();
  }

  private List<Integer> numbers(String name, int limit, String cursor) {
    return definitions().versions(name, limit, cursor).versions().stream()
        .map(Version::number)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "0", "-1", "1.5", "99999999999", "1\n"})
  void aCursorThatNoPageHasGivenIsRefused(String cursor) {
    assertThatThrownBy(() -> definitions().versions("w", 3, cursor))
        .isInstanceOf(InvalidTaskException.class);
    assertThatThrownBy(() -> definitions().list(3, cursor + "{}"))
        .isInstanceOf(InvalidTaskException.class);
  }

  @Test
  void definitionsAreListedByNameOverAllPartitions() {
    List<String> names = List.of("A", "B-1", "a", "a.b", "b", "c", "d", "e_1", "z");
    names.forEach(name -> save(name, "d1", Json.of("1")));
    save("c", "d2", Json.of("2"));
    List<String> seen = new ArrayList<>();
    String cursor = null;
    do {
      VersionPage page = definitions().list(4, cursor);
      page.versions().forEach(version -> seen.add(version.name() + " " + version.number()));
      cursor = page.nextCursor().orElse(null);
    } while (cursor != null);
    assertThat(seen)
        .containsExactlyElementsOf(
            names.stream().map(name -> name + (name.equals("c") ? " 2" : " 1")).toList());
  }

  @Test
  void manyAtOnceGetAVersionEachAndTheSameOne() throws Exception {
    byte[] large = new byte[3 * (1 << 20)];
    List<Callable<Saved>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String own = "own" + i;
      String operation = "many-" + i;
      calls.add(() -> definitions().save("w", "same", Json.ofUtf8(large), operation));
      calls.add(() -> definitions().save("v", own, Json.of("1"), operation));
    }
    List<Saved> saved = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Saved> future : threads.invokeAll(calls)) {
        saved.add(future.get());
      }
    }
    assertThat(saved)
        .filteredOn(s -> s.version().name().equals("w"))
        .extracting(s -> s.version().number())
        .containsOnly(1);
    assertThat(saved)
        .filteredOn(s -> s.version().name().equals("w"))
        .filteredOn(Saved::created)
        .hasSize(1);
    assertThat(saved)
        .filteredOn(s -> s.version().name().equals("v"))
        .extracting(s -> s.version().number())
        .containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8);
  }
}
