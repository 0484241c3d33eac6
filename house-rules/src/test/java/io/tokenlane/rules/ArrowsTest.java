package io.tokenlane.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The arrows of ARCHITECTURE.md. A package that is not in a table fails until it is added. */
class ArrowsTest {

  /** Module packages under {@code io.tokenlane} and the modules each may use. */
  private static final Map<String, Set<String>> MODULES =
      Map.of(
          "compress", Set.of(),
          "prefetch", Set.of(),
          "balance", Set.of(),
          "engine", Set.of(),
          "cuda", Set.of("engine"),
          "node", Set.of("engine"),
          "gateway", Set.of("compress", "prefetch", "balance"),
          "kubernetes", Set.of("gateway"));

  /** Packages under {@code io.tokenlane.engine} ("" is the root) and those each may use. */
  private static final Map<String, Set<String>> ENGINE =
      Map.ofEntries(
          Map.entry("kv", Set.of()),
          Map.entry("token", Set.of()),
          Map.entry("chat", Set.of()),
          Map.entry("reason", Set.of()),
          Map.entry("sample", Set.of()),
          Map.entry("grammar", Set.of("sample", "token")),
          Map.entry("tool", Set.of("grammar")),
          Map.entry("tensor", Set.of()),
          Map.entry("backend", Set.of("tensor")),
          Map.entry("model", Set.of("backend", "tensor")),
          Map.entry("checkpoint", Set.of("model", "tensor", "token")),
          Map.entry("schedule", Set.of("kv")),
          Map.entry("run", Set.of("schedule", "kv", "model", "sample", "backend")),
          Map.entry(
              "",
              Set.of("schedule", "run", "token", "sample", "reason", "kv", "model", "backend")));

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tokenlane");

  @Test
  void theHouseIsWhole() {
    assertThat(MODULES.keySet())
        .allSatisfy(
            module ->
                assertThat(HOUSE.stream())
                    .as("classes of io.tokenlane.%s", module)
                    .anyMatch(type -> type.getPackageName().startsWith("io.tokenlane." + module)));
  }

  @Test
  void modulesFollowTheArrows() {
    classes()
        .that()
        .resideInAPackage("io.tokenlane..")
        .should(new FollowArrows("io.tokenlane", MODULES))
        .check(HOUSE);
  }

  @Test
  void engineFollowsTheArrows() {
    classes()
        .that()
        .resideInAPackage("io.tokenlane.engine..")
        .should(new FollowArrows("io.tokenlane.engine", ENGINE))
        .check(HOUSE);
  }

  @Test
  void librariesStayFreeOfFrameworks() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.tokenlane.compress..",
            "io.tokenlane.prefetch..",
            "io.tokenlane.balance..",
            "io.tokenlane.engine..",
            "io.tokenlane.cuda..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "io.netty..", "reactor..")
        .check(HOUSE);
  }

  @Test
  void freshnessRulesArePure() {
    noClasses()
        .that()
        .resideInAPackage("io.tokenlane.prefetch.http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.github.benmanes..", "java.util.concurrent..", "java.io..")
        .check(HOUSE);
  }

  @Test
  void featuresOfTheGatewayHaveNoCycles() {
    slices().matching("io.tokenlane.gateway.(*)..").should().beFreeOfCycles().check(HOUSE);
  }

  @Test
  void featuresOfTheNodeHaveNoCycles() {
    slices().matching("io.tokenlane.node.(*)..").should().beFreeOfCycles().check(HOUSE);
  }

  @Test
  void configurationIsImmutable() {
    classes()
        .that()
        .areAnnotatedWith("org.springframework.boot.context.properties.ConfigurationProperties")
        .should()
        .beRecords()
        .check(HOUSE);
  }

  @Test
  void nothingIsInjectedIntoFields() {
    noFields()
        .should()
        .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
        .check(HOUSE);
  }

  /** Commands, whoever tells in one line why a start failed, and the progress of a load. */
  @Test
  void onlyCommandsWriteToTheTerminal() {
    noClasses()
        .that()
        .haveSimpleNameNotEndingWith("Command")
        .and()
        .haveSimpleNameNotEndingWith("Application")
        .and()
        .haveSimpleNameNotStartingWith("StartupFailure")
        .and()
        .doNotHaveSimpleName("OneLineReporter")
        .and()
        .doNotHaveSimpleName("ProgressBar")
        .and()
        .resideOutsideOfPackage("io.tokenlane.node.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(HOUSE);
  }
}
