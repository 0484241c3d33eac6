package io.tokenlane.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DisjointTest {
  private static final List<String> BRANCHES =
      List.of(
          "{\"type\":\"string\"}",
          "{\"type\":\"integer\"}",
          "{\"type\":[\"number\",\"null\"]}",
          "{\"type\":\"object\"}",
          "{\"type\":[\"object\",\"null\"]}",
          "{\"const\":1}",
          "{\"const\":\"a\"}",
          "{\"enum\":[\"a\",\"b\"]}",
          "{\"type\":\"string\",\"enum\":[\"c\",null]}",
          "{\"type\":\"null\",\"const\":null}",
          "{\"const\":{\"p\":1}}",
          tagged("p", "1"),
          tagged("p", "2"),
          tagged("q", "1"),
          "{\"type\":\"object\",\"required\":[\"p\",\"q\"],\"properties\":{\"p\":{\"enum\":[2,3]},\"q\":{\"const\":2}}}",
          "{\"minimum\":1}");

  private static String tagged(String name, String value) {
    return "{\"type\":\"object\",\"required\":[\"%s\"],\"properties\":{\"%<s\":{\"const\":%s}}}"
        .formatted(name, value);
  }

  /** However what may overlap is looked up, all are told apart just where each pair is. */
  @Test
  void branchesAreToldApartWhereEachPairIs() {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 5000; i++) {
      List<JsonNode> branches = new ArrayList<>();
      int count = random.nextInt(2, 6);
      while (branches.size() < count) {
        branches.add(json(BRANCHES.get(random.nextInt(BRANCHES.size()))));
      }
      boolean pairs =
          IntStream.range(0, count)
              .allMatch(
                  a ->
                      IntStream.range(0, a)
                          .allMatch(b -> apart(List.of(branches.get(b), branches.get(a)))));
      assertThat(apart(branches)).as(branches.toString()).isEqualTo(pairs);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"string\"} | {\"const\":1} | true",
        "{\"type\":\"string\"} | {\"const\":\"a\"} | false",
        "{\"type\":\"integer\"} | {\"type\":\"number\"} | false",
        "{\"type\":\"integer\"} | {\"const\":1.0} | false",
        "{\"type\":\"string\",\"enum\":[\"c\",null]} | {\"type\":\"null\",\"const\":null} | true",
        "{\"enum\":[1,2]} | {\"enum\":[2,3]} | false",
        "{\"type\":\"object\"} | {\"const\":{}} | false",
        "{} | {\"type\":\"null\"} | false",
      })
  void pairs(String one, String other, boolean apart) {
    assertThat(apart(List.of(json(one), json(other)))).isEqualTo(apart);
    assertThat(apart(List.of(json(other), json(one)))).isEqualTo(apart);
  }

  @Test
  void theFirstPairThatMayFitIsNamed() {
    assertThatThrownBy(
            () ->
                Disjoint.check(
                    many(4, i -> "{\"const\":" + (i == 3 ? 1 : i) + "}"), SchemaPath.ROOT))
        .isInstanceOf(SchemaException.class)
        .hasMessageStartingWith("1 and 3 may both fit");
  }

  /** Compared in pairs, these are two hundred million. */
  @Test
  void thousandsOfConstantsOrTagsAreToldApart() {
    assertThat(apart(many(20_000, i -> "{\"const\":" + i + "}"))).isTrue();
    assertThat(apart(many(20_000, i -> tagged("kind", String.valueOf(i))))).isTrue();
  }

  @Test
  void objectsThatMayOnlyBeToldApartInPairsAreBounded() {
    assertThatThrownBy(
            () -> Disjoint.check(many(2000, DisjointTest::ofBinaryDigits), SchemaPath.ROOT))
        .isInstanceOf(SchemaException.class)
        .hasMessageStartingWith("2000 schemas need over 1000000 comparisons");
  }

  /** Each property tells half of all from the other half. */
  private static String ofBinaryDigits(int i) {
    String names = digits(digit -> "\"d%d\"".formatted(digit));
    String values = digits(digit -> "\"d%d\":{\"const\":%d}".formatted(digit, i >> digit & 1));
    return "{\"type\":\"object\",\"required\":[%s],\"properties\":{%s}}".formatted(names, values);
  }

  private static String digits(IntFunction<String> text) {
    return IntStream.range(0, 11).mapToObj(text).collect(Collectors.joining(","));
  }

  private static List<JsonNode> many(int count, IntFunction<String> branch) {
    return IntStream.range(0, count).mapToObj(i -> json(branch.apply(i))).toList();
  }

  private static boolean apart(List<JsonNode> branches) {
    try {
      Disjoint.check(branches, SchemaPath.ROOT);
      return true;
    } catch (SchemaException e) {
      return false;
    }
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }
}
