package io.tokenlane.gateway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PendingFetchesTest {
  @TempDir Path folder;

  private static boolean now(Runnable write) {
    write.run();
    return true;
  }

  private PendingFetches fetches() {
    return new PendingFetches(
        Optional.of(folder.resolve("state")),
        List.of("/noon", "/evening?a=b"),
        PendingFetchesTest::now);
  }

  @Test
  void whatIsNotDoneOutlivesTheProcess() {
    PendingFetches before = fetches();
    assertThat(before.read()).isEmpty();
    before.add(List.of("/noon", "/evening?a=b"));
    before.done("/noon");
    before.done("/never");

    assertThat(fetches().read()).containsExactly("/evening?a=b");

    before.done("/evening?a=b");
    assertThat(fetches().read()).isEmpty();
  }

  @Test
  void aFileThatEndsAnywhereIsNoHindrance() throws Exception {
    fetches().add(List.of("/noon", "/evening?a=b"));
    Path file = folder.resolve("state/pending-prefetches");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(List.of("/noon", "/evening?a=b")).containsAll(fetches().read());
    }
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(fetches().read()).isEmpty();
  }

  @Test
  void whileTheDiskIsBusyChangesWaitForOneWrite() {
    List<Runnable> writes = new ArrayList<>();
    PendingFetches busy =
        new PendingFetches(
            Optional.of(folder.resolve("state")), List.of("/noon", "/evening?a=b"), writes::add);
    busy.add(List.of("/noon"));
    busy.add(List.of("/evening?a=b"));
    busy.done("/noon");
    assertThat(writes).hasSize(1);

    writes.removeFirst().run();
    assertThat(fetches().read()).containsExactly("/evening?a=b");

    busy.done("/evening?a=b");
    writes.removeFirst().run();
    assertThat(fetches().read()).isEmpty();
  }

  @Test
  void aWriteThatNobodyTookOnIsDoneWithTheNextChange() {
    List<Boolean> takes = new ArrayList<>(List.of(false, true));
    PendingFetches refused =
        new PendingFetches(
            Optional.of(folder.resolve("state")),
            List.of("/noon", "/evening?a=b"),
            write -> takes.removeFirst() && now(write));
    refused.add(List.of("/noon"));
    assertThat(fetches().read()).isEmpty();

    refused.add(List.of("/evening?a=b"));
    assertThat(fetches().read()).containsExactly("/noon", "/evening?a=b");
  }

  @Test
  void withoutAFolderNothingIsKept() {
    PendingFetches nowhere =
        new PendingFetches(Optional.empty(), List.of("/noon"), PendingFetchesTest::now);
    nowhere.add(List.of("/noon"));
    assertThat(nowhere.read()).containsExactly("/noon");
    assertThat(folder).isEmptyDirectory();
  }
}
