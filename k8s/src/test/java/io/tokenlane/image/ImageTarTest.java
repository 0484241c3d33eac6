package io.tokenlane.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ImageTarTest {
  private static final Instant TIME = Instant.parse("2026-11-22T00:00:00Z");

  @TempDir Path folder;

  private Path tar(String name) throws Exception {
    Path root = folder.resolve("root");
    write(root.resolve("etc/passwd"), "root", false);
    write(root.resolve("opt/java/bin/java"), "program", true);
    write(root.resolve("app/lib/a.jar"), "library", false);
    write(root.resolve("app/gateway.jar"), "jar", false);
    ImageTar.Plan plan =
        new ImageTar.Plan(
            "tokenlane-gateway:1",
            "scratch",
            List.of("/opt/java/bin/java", "-jar", "/app/gateway.jar"),
            List.of(8080),
            Map.of("A", "b"),
            TIME);
    Path tar = folder.resolve(name);
    new ImageTar(plan, root).write(tar, folder.resolve("cache"));
    return tar;
  }

  private static void write(Path file, String text, boolean program) throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(program, false)).isTrue();
  }

  @Test
  void itRunsAsNobodyOnFilesThatNobodyMayChange() throws Exception {
    OciTar image = OciTar.read(tar("image.tar"));

    assertThat(image.config().path("User").asString()).isEqualTo("10001:10001");
    assertThat(image.config().path("Entrypoint").values())
        .extracting(value -> value.asString())
        .containsExactly("/opt/java/bin/java", "-jar", "/app/gateway.jar");
    assertThat(image.config().path("ExposedPorts").has("8080/tcp")).isTrue();
    image.files(
        (entry, content) -> {
          if (entry.isFile()) {
            assertThat(entry.getMode() & 0222).as(entry.getName()).isZero();
            assertThat(entry.getLastModifiedTime().toInstant()).isEqualTo(TIME);
          }
          assertThat(entry.getLongUserId()).isZero();
        });
  }

  @Test
  void whatChangesLeastLiesInTheFirstLayers() throws Exception {
    List<String> files = new java.util.ArrayList<>();
    OciTar.read(tar("image.tar"))
        .files(
            (entry, content) -> {
              if (entry.isFile()) {
                files.add(entry.getName());
              }
            });

    assertThat(files)
        .containsExactly("etc/passwd", "opt/java/bin/java", "app/lib/a.jar", "app/gateway.jar");
  }

  @Test
  void theSameFilesMakeTheSameBytes() throws Exception {
    assertThat(Files.readAllBytes(tar("one.tar"))).isEqualTo(Files.readAllBytes(tar("other.tar")));
  }

  @Test
  void unpackedItIsTheRootAgain() throws Exception {
    Path root = Files.createDirectory(folder.resolve("unpacked"));
    OciTar.read(tar("image.tar")).unpack(root);

    assertThat(root.resolve("app/lib/a.jar")).hasContent("library");
    assertThat(root.resolve("opt/java/bin/java")).isExecutable();
    assertThat(root.resolve("tmp")).isDirectory();
  }

  /** An image starts its program with the options that the launcher gives it. */
  @ParameterizedTest
  @EnumSource
  void theLauncherHasTheSameOptions(ImageKind kind) throws Exception {
    String launcher = Files.readString(Path.of("..", "tokenlane"));

    assertThat(kind.options()).allSatisfy(option -> assertThat(launcher).contains(option));
    String own = kind.program().equals("node") ? "NODE_OPTIONS" : "GATEWAY_OPTIONS";
    assertThat(kind.options())
        .containsAll(flags(launcher, "COMMON_OPTIONS"))
        .containsAll(flags(launcher, own));
    assertThat(launcher)
        .contains("MALLOC_ARENA_MAX:-" + kind.environment().get("MALLOC_ARENA_MAX"));
  }

  /** Without the sizes of the heap, which are the deployment's, and what is named by variables. */
  private static List<String> flags(String launcher, String name) {
    String list = launcher.split("\n" + name + "=\\(")[1].split("\\)")[0];
    return Arrays.stream(list.replace("\"", "").split("\\s+"))
        .filter(flag -> flag.startsWith("-") && !flag.matches("-Xm[snx].*"))
        .toList();
  }

  @Test
  void theCLibraryIsFound() throws Exception {
    assertThat(SystemFiles.libraries(Path.of(System.getProperty("java.home"))))
        .extracting(library -> library.getFileName().toString())
        .contains("libc.so.6");
  }
}
