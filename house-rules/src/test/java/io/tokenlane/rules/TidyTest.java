package io.tokenlane.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.MethodTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tidy limits of CONTRIBUTING.md, over every Java source, tests included. */
class TidyTest {
  private static final int MAX_METHOD_LINES = 70;
  private static final int MAX_FILE_LINES = 400;
  private static final int MAX_PARAMETERS = 5;

  /** Longer files, each with its reason. */
  private static final Set<String> LONG_FILES = Set.of();

  private static final Pattern REFUSED_NAME =
      Pattern.compile(".*(Manager|Utils?|Helper|Impl|Service|Job|Task|DTO|Dto)$|.*(V2|Enhanced)$");

  private static final SourceTree SOURCES = SourceTree.ofProject();

  @Test
  void thereAreSources() {
    assertThat(SOURCES.files()).hasSizeGreaterThan(100);
  }

  @Test
  void filesAreShort() {
    assertThat(SOURCES.files())
        .filteredOn(file -> !LONG_FILES.contains(SOURCES.name(file)))
        .allSatisfy(
            file ->
                assertThat(SourceTree.lines(file).size())
                    .as("lines of %s", SOURCES.name(file))
                    .isLessThanOrEqualTo(MAX_FILE_LINES));
  }

  @Test
  void methodsAreShortWithFewParameters() {
    List<String> faults = new ArrayList<>();
    for (ParsedFile unit : SOURCES.parsed()) {
      unit.eachMethod(method -> faults.addAll(faultsOf(unit, method)));
    }
    assertThat(faults).isEmpty();
  }

  private static List<String> faultsOf(ParsedFile unit, MethodTree method) {
    List<String> faults = new ArrayList<>();
    String where = unit.name() + ": " + method.getName();
    int lines = unit.linesOf(method);
    if (lines > MAX_METHOD_LINES) {
      faults.add("%s has %d lines (at most %d)".formatted(where, lines, MAX_METHOD_LINES));
    }
    int parameters = method.getParameters().size();
    if (parameters > MAX_PARAMETERS && !method.getName().contentEquals("<init>")) {
      faults.add("%s has %d parameters (at most %d)".formatted(where, parameters, MAX_PARAMETERS));
    }
    return faults;
  }

  @Test
  void typesAreNamedForWhatTheyAre() {
    List<String> faults = new ArrayList<>();
    for (ParsedFile unit : SOURCES.parsed()) {
      unit.eachType(
          type -> {
            if (REFUSED_NAME.matcher(type.getSimpleName()).matches()) {
              faults.add(unit.name() + ": " + type.getSimpleName());
            }
          });
    }
    assertThat(faults).isEmpty();
  }

  /** What no source may hold; split, so that this file does not hold it either. */
  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("unfinished marks", "\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b"),
        Arguments.of("sleeps", "Thread\\s*\\.\\s*sle" + "ep\\("),
        Arguments.of("disabled tests", "@Dis" + "abled\\b|assumeTrue\\(fal" + "se"),
        Arguments.of("stack traces", "\\.printStack" + "Trace\\("),
        Arguments.of("banners", "^\\s*//\\s*[-=*#]{4,}"),
        Arguments.of("machine paths", "\"/(work|farm|root)/"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void sourcesAreFreeOf(String what, String pattern) {
    Pattern refused = Pattern.compile(pattern);
    List<String> faults =
        SOURCES.files().stream()
            .flatMap(
                file -> {
                  List<String> lines = SourceTree.lines(file);
                  return IntStream.range(0, lines.size())
                      .filter(i -> refused.matcher(lines.get(i)).find())
                      .mapToObj(i -> SOURCES.name(file) + ":" + (i + 1));
                })
            .toList();
    assertThat(faults).as(what).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsAndIsNullMarked() {
    List<String> faults =
        SOURCES.files().stream()
            .map(Path::getParent)
            .distinct()
            .filter(folder -> folder.toString().contains("src/main/java"))
            .filter(folder -> !isNullMarked(folder.resolve("package-info.java")))
            .map(SOURCES::name)
            .toList();
    assertThat(faults).isEmpty();
  }

  private static boolean isNullMarked(Path info) {
    return Files.exists(info)
        && SourceTree.lines(info).stream().anyMatch(line -> line.startsWith("@NullMarked"))
        && SourceTree.lines(info).getFirst().startsWith("/**");
  }
}
