package io.tokenlane.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastGoodConfigTest {
  @TempDir Path folder;

  private Path file = Path.of("unset");
  private String[] arguments = {};

  @BeforeEach
  void oneFile() throws Exception {
    file = Files.writeString(folder.resolve("gateway.yaml"), "good");
    arguments =
        new String[] {"--server.port=1", "--spring.config.additional-location=file:" + file};
  }

  private LastGoodConfig config() {
    return LastGoodConfig.of(
            arguments, Map.of(LastGoodConfig.FOLDER, folder.resolve("state").toString()))
        .orElseThrow();
  }

  @Test
  void theCopyStandsInForAFileThatIsBrokenOrGone() throws Exception {
    config().keep();
    Files.writeString(file, "broken");

    assertThat(config().instead(arguments).orElseThrow())
        .containsExactly(
            "--server.port=1", "--spring.config.additional-location=file:" + config().copy());
    assertThat(config().copy()).hasContent("good");

    Files.delete(file);
    assertThat(config().instead(arguments)).isPresent();
  }

  @Test
  void aFileThatIsTheCopyIsNotTriedAgain() {
    config().keep();

    assertThat(config().instead(arguments)).isEmpty();
  }

  @Test
  void withoutACopyThereIsNothingInstead() throws Exception {
    Files.writeString(file, "broken");

    assertThat(config().instead(arguments)).isEmpty();
  }

  @Test
  void aLaterGoodOneReplacesIt() throws Exception {
    config().keep();
    Files.writeString(file, "better");
    config().keep();

    assertThat(config().copy()).hasContent("better");
    assertThat(folder.resolve("state")).isDirectoryContaining(path -> true);
    try (var files = Files.list(folder.resolve("state"))) {
      assertThat(files).as("nothing half written is left").hasSize(1);
    }
  }

  /** What a crash leaves is a file with another name, which nobody reads. */
  @Test
  void whatACrashLeftHalfWrittenIsNotRead() throws Exception {
    config().keep();
    Files.writeString(folder.resolve("state/last-good-123.new"), "go");
    Files.writeString(file, "broken");

    assertThat(Path.of(config().instead(arguments).orElseThrow()[1].split("file:", -1)[1]))
        .hasContent("good");
  }

  @Test
  void aFolderThatCannotBeWrittenStopsNobody() throws Exception {
    Files.writeString(folder.resolve("state"), "a file, no folder");

    config().keep();

    assertThat(config().instead(arguments)).isEmpty();
  }

  @Test
  void whoNamesNoFolderOrFileKeepsNothing() {
    assertThat(LastGoodConfig.of(arguments, Map.of())).isEmpty();
    assertThat(LastGoodConfig.of(new String[0], Map.of(LastGoodConfig.FOLDER, "state"))).isEmpty();
  }
}
