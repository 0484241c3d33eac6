package io.tokenlane.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The cubins in the jar are those of the sources beside them, and need what the table says. */
final class CubinsTest {
  private static final Path MODULE =
      Path.of(System.getProperty("tokenlane.root", "../..")).resolve("inference-node/cuda");
  private static final Path KERNELS = MODULE.resolve("src/main/resources/kernels");
  private static final Path TABLE = MODULE.resolve("src/test/resources/kernel-resources.tsv");
  private static final Pattern DECLARED =
      Pattern.compile("(?m)^(?:CLUSTER_)?KERNEL\\((\\w+), (?:8, )?(\\d+)(?:, \\d+)?\\)");

  private static final Pattern INCLUDED = Pattern.compile("(?m)^#include \"(.+)\"");

  private static final int MOST_SHARED = 48 << 10;
  private static final int REGISTERS = 64 << 10;

  /** Shared memory that blocks of compute capability 9.0 and later leave to the system. */
  private static final int RESERVED = 1 << 10;

  @Test
  void cubinsAreOfTheseSources() throws IOException {
    List<String> lines = Files.readAllLines(KERNELS.resolve("cubins.sha256"), UTF_8);
    for (String line : lines) {
      String[] parts = line.split(" +", 2);
      assertThat(hash(KERNELS.resolve(parts[1])))
          .as("%s has changed: run ./mvnw -Pcuda-kernels (CONTRIBUTING.md)", parts[1])
          .isEqualTo(parts[0]);
    }
    List<String> named = lines.stream().map(line -> line.split(" +", 2)[1]).sorted().toList();
    assertThat(named).isEqualTo(files());
  }

  private static List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(KERNELS)) {
      return all.filter(Files::isRegularFile)
          .map(file -> KERNELS.relativize(file).toString())
          .filter(name -> !name.endsWith(".sha256"))
          .sorted()
          .toList();
    }
  }

  private static String hash(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** NVRTC looks nowhere else. */
  @Test
  void whatSourcesIncludeIsHandedToTheCompiler() throws IOException {
    Set<String> included = new TreeSet<>();
    for (String file : files()) {
      if (file.endsWith(".cu") || file.endsWith(".cuh")) {
        Matcher matcher = INCLUDED.matcher(Files.readString(KERNELS.resolve(file)));
        while (matcher.find()) {
          included.add(matcher.group(1));
        }
      }
    }
    assertThat(KernelImages.HEADERS).containsExactlyElementsOf(included);
  }

  @Test
  void theKernelsAreThoseOfTheSources() throws IOException {
    Map<String, Integer> declared = new TreeMap<>();
    Map<String, String> families = new TreeMap<>();
    for (String file : files()) {
      if (file.endsWith(".cu")) {
        Matcher matcher = DECLARED.matcher(Files.readString(KERNELS.resolve(file)));
        while (matcher.find()) {
          declared.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
          families.put(matcher.group(1), file.replace(".cu", ""));
        }
      }
    }
    Map<String, Integer> known = new TreeMap<>();
    Map<String, String> knownFamilies = new TreeMap<>();
    for (Kernel kernel : Kernel.values()) {
      known.put(kernel.symbol(), kernel.threads());
      knownFamilies.put(kernel.symbol(), kernel.family());
    }
    assertThat(known).isEqualTo(declared);
    assertThat(knownFamilies).isEqualTo(families);
  }

  @Test
  void registersAndSharedMemoryAreAsInTheTable() throws IOException {
    List<String> found = new ArrayList<>();
    for (int architecture : KernelImages.BUILT) {
      for (String family : Stream.of(Kernel.values()).map(Kernel::family).distinct().toList()) {
        Cubin cubin = new Cubin(KernelImages.cubin(architecture, family));
        for (Kernel kernel : Kernel.values()) {
          if (kernel.family().equals(family)) {
            found.add(
                "%d\t%s\t%d\t%d"
                    .formatted(
                        architecture,
                        kernel.symbol(),
                        cubin.registers(kernel.symbol()),
                        cubin.sharedBytes(kernel.symbol(), architecture < 90 ? 0 : RESERVED)));
          }
        }
      }
    }
    List<String> table =
        Files.readAllLines(TABLE, UTF_8).stream()
            .skip(1)
            .map(line -> line.substring(0, line.lastIndexOf('\t')))
            .toList();
    assertThat(found).containsExactlyInAnyOrderElementsOf(table);
  }

  @Test
  void blocksThatShareAreAClusterWhereThereAreClusters() throws IOException {
    for (int architecture : KernelImages.BUILT) {
      Cubin cubin = new Cubin(KernelImages.cubin(architecture, Tile.FAMILY));
      for (Kernel kernel : Kernel.values()) {
        if (kernel.family().equals(Tile.FAMILY)) {
          boolean split = kernel.name().matches(".*_(SPLIT|HEADED).*") && architecture >= 90;
          assertThat(cubin.cluster(kernel.symbol()))
              .as("%s for sm_%d", kernel.symbol(), architecture)
              .isEqualTo(split ? 8 : 1);
        }
      }
    }
  }

  @Test
  void everyKernelFitsAMultiprocessor() throws IOException {
    for (String line : Files.readAllLines(TABLE, UTF_8).stream().skip(1).toList()) {
      String[] cells = line.split("\t", -1);
      Kernel kernel = Kernel.valueOf(cells[1].toUpperCase(Locale.ROOT));
      assertThat(Integer.parseInt(cells[2]) * kernel.threads())
          .as(line)
          .isLessThanOrEqualTo(REGISTERS);
      boolean asksForMore = kernel.family().equals(Tile.FAMILY);
      int most = asksForMore ? Tile.KEPT : MOST_SHARED;
      assertThat(Integer.parseInt(cells[3])).as(line).isLessThanOrEqualTo(most);
    }
  }
}
