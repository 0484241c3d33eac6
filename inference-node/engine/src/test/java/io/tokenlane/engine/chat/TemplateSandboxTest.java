package io.tokenlane.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates come with models from anywhere: none may take more than its limits or see more. */
final class TemplateSandboxTest {
  private static final TemplateLimits SMALL = new TemplateLimits(2_000_000, 1 << 20, 100);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ 'x' * 999999999999 }}",
        "{{ 'x' * 9223372036854775807 }}",
        "{{ [1] * 999999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'x'.ljust(999999999) }}{{ 'x'.zfill(999999999) }}",
        "{{ 'x'.center(9223372036854775807) }}",
        "{{ range(9999999999) }}",
        "{{ 'a'|indent(999999999, true) }}",
        "{{ [1]|tojson(indent=999999999) }}",
        "{{ [1]|batch(999999999, 0)|list }}",
        "{{ 2 ** 99999999999 }}",
        "{{ 9223372036854775807 + 1 }}{{ 99999999999999999999 }}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}"
            + "{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}"
            + "{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99) %}"
            + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == ns.l|list }}{{ ns.l }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99) %}"
            + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l|tojson }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}"
            + "{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l|string|length }}",
        "{% set ns = namespace(s='a,'*500000) %}{% for i in range(99999) %}"
            + "{% set q = ns.s.split(',') %}{% endfor %}",
        "{% set s = 'ab'*400000 %}{% for i in range(99999) %}{{ s|replace('a', '')|length }}"
            + "{% endfor %}"
      })
  void endsAtTheLimits(String template) {
    Assertions.assertTimeout(
        Duration.ofSeconds(30),
        () -> assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class));
  }

  /** Each walks over the text {@code s}, its copy {@code t}, or a list of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "s is lower",
        "s is upper",
        "s|length",
        "s[1]",
        "s[-1]",
        "{s: 1}",
        "d[t]",
        "d.get(t)",
        "s < t",
        "l|string",
        "l ~ ''",
        "'%s' % l",
        "'{}'.format(l)",
        "l|sort",
        "l|unique|list",
        "digits|int",
        "digits|float",
        "{}[s]",
        "f(*many)",
        "many.count(2)",
        "big.copy()",
        "big|first",
        "range(99999)",
        "s.startswith((t, t, t))"
      })
  void walkingOverATextTakesSteps(String expression) {
    String template =
        "{% macro f() %}{{ varargs|length }}{% endmacro %}{% set s = 'ä' * 99999 %}"
            + "{% set t = s ~ '' %}{% set l = [s] %}{% set d = {s: 1} %}"
            + "{% set many = [1] * 99999 %}{% set digits = '1' * 99999 ~ 'x' %}"
            + "{% set big = dict(pairs) %}"
            + "{% for i in range(999) %}{% set x = EXPRESSION %}{% endfor %}";
    List<List<Integer>> pairs = IntStream.range(0, 99_999).mapToObj(i -> List.of(i, i)).toList();
    ChatTemplate compiled =
        ChatTemplate.compile(
            template.replace("EXPRESSION", expression),
            new TemplateLimits(900_000, 1 << 20, 100),
            Clock.systemUTC());
    assertThatThrownBy(() -> compiled.render(Map.of("pairs", pairs)))
        .isInstanceOf(TemplateException.class)
        .hasMessageEndingWith("more than 900000 steps");
  }

  @Test
  void capturedTextTakesSteps() {
    assertThatThrownBy(
            () ->
                render(
                    "{% set s = 'x' * 99999 %}{% for i in range(9999) %}"
                        + "{% set x %}{{ s }}{% endset %}{% endfor %}"))
        .isInstanceOf(TemplateException.class);
  }

  /** As a text of so many characters it would have to be compared with itself at each of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "t in s",
        "s.find(t)",
        "s.rfind(t)",
        "s.count(t)",
        "s.split(t)",
        "s.rsplit(t)",
        "s.partition(t)",
        "s.replace(t, '')",
        "s.strip('b' * 99999 ~ 'a')"
      })
  void longTextsAreNotSoughtInLongOnes(String expression) {
    String texts = "{% set s = 'a' * 500000 %}{% set t = 'a' * 99999 ~ 'b' %}";
    assertThatThrownBy(() -> render(texts + "{{ " + expression + " }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessageEndingWith("steps");
  }

  @Test
  void containersAreTheSameByIdentityAlone() {
    assertThat(render("{{ [1] is sameas [1] }}")).isEqualTo("False");
    String shared =
        "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(99) %}"
            + "{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}";
    assertThat(render(shared + "{{ ns.a is sameas ns.b }} {{ ns.a is sameas ns.a }}"))
        .isEqualTo("False True");
  }

  @Test
  void viewsAreNoKeys() {
    assertThatThrownBy(() -> render("{{ {{'k': 1}.values(): 1} }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessage("unhashable type: 'dict_values'");
    String shared =
        "{% set ns = namespace(a=[1]) %}{% for i in range(99) %}"
            + "{% set ns.a = [ns.a, ns.a] %}{% endfor %}{% set v = {'k': ns.a}.values() %}";
    assertThatThrownBy(() -> render(shared + "{{ [v]|unique|list }}"))
        .isInstanceOf(TemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(-9223372036854775807 - 1)|abs",
        "9223372036854775807|round(-19)",
        "'{:c}'.format(99999999)",
        "'%c' % -1",
        "1 // 0"
      })
  void numbersThatDoNotFitAreRefused(String expression) {
    assertThatThrownBy(() -> render("{{ " + expression + " }}"))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void variablesAreNoConversation() {
    Map<String, Object> own =
        Map.of("messages", List.of(), "tools", List.of(1), "add_generation_prompt", false, "x", 3);
    String template = "{{ messages|length }}{{ tools }}{{ add_generation_prompt }}{{ x }}";
    assertThat(
            ChatTemplate.compile(template).render(List.of(Map.of("role", "user")), null, own, true))
        .isEqualTo("1NoneTrue3");
  }

  @Test
  void deepSourcesAreRefused() {
    int depth = 100_000;
    for (String[] parts :
        List.of(
            new String[] {"(", "1", ")"},
            new String[] {"[", "1", "]"},
            new String[] {"-", "1", ""},
            new String[] {"not ", "1", ""},
            new String[] {"1 if 1 else ", "1", ""},
            new String[] {"{'a': ", "1", "}"})) {
      String source = "{{ " + parts[0].repeat(depth) + parts[1] + parts[2].repeat(depth) + " }}";
      assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
    }
    String blocks = "{% if 1 %}".repeat(depth);
    assertThatThrownBy(() -> render(blocks)).isInstanceOf(TemplateException.class);
  }

  @Test
  void longChainsRenderOrAreRefused() {
    for (String link : List.of(" + 1", " and 1", "[0]", ".a", "|string", " ~ 1", " < 1")) {
      Throwable thrown = catchThrowable(() -> render("{{ 1" + link.repeat(100_000) + " }}"));
      assertThat(thrown == null || thrown instanceof TemplateException).as("%s", thrown).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "''.getClass()",
        "''.class",
        "''.__class__.__mro__",
        "[].__class__.__base__()",
        "messages.getClass().forName('java.lang.Runtime')",
        "range.__globals__",
        "namespace().__init__.__globals__",
        "messages.hashCode()",
        "(1).intValue()",
        "loop.getClass()",
        "''.format.__globals__",
        "'{0.__class__}'.format('').x.y"
      })
  void nothingOfJavaCanBeReached(String expression) {
    assertThatThrownBy(() -> render("{{ " + expression + ".x() }}"))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void givenValuesAreNotChanged() {
    List<Object> list = new ArrayList<>(List.of("a"));
    Map<String, Object> variables = Map.of("l", list);
    String template = "{% set l = l + ['b'] %}{{ l|join }}";
    assertThat(ChatTemplate.compile(template).render(variables)).isEqualTo("ab");
    assertThat(list).containsExactly("a");
    assertThatThrownBy(() -> ChatTemplate.compile("{{ x }}").render(Map.of("x", new Object())))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("java.lang.Object");
  }

  @ParameterizedTest
  @ValueSource(longs = {51, 52, 53, 54})
  void noiseIsRenderedOrRefused(long seed) {
    Random random = new Random(seed);
    List<String> pieces =
        List.of(
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "-",
            "if ",
            "for ",
            "x",
            " in ",
            "endif",
            "endfor",
            "set ",
            "=",
            "macro ",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "'",
            "a",
            " ",
            "\n",
            "1",
            "2.5",
            ".",
            ",",
            ":",
            "|",
            "upper",
            "join",
            " is ",
            "defined",
            "not ",
            "~",
            "*",
            "//",
            "else",
            "raw",
            "endraw",
            "loop",
            "messages",
            "\\",
            "é",
            "endmacro",
            "**",
            "call ");
    for (int round = 0; round < 5_000; round++) {
      StringBuilder template = new StringBuilder();
      for (int i = random.nextInt(25); i >= 0; i--) {
        template.append(pieces.get(random.nextInt(pieces.size())));
      }
      Throwable thrown = catchThrowable(() -> render(template.toString()));
      assertThat(thrown == null || thrown instanceof TemplateException)
          .as("seed %d: %s: %s", seed, template, thrown)
          .isTrue();
    }
  }

  private static String render(String template) {
    return ChatTemplate.compile(template, SMALL, Clock.systemUTC())
        .render(List.of(Map.of("role", "user", "content", "hi")), null, Map.of("x", 3), true);
  }
}
