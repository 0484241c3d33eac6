package io.tokenlane.compress.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class TemplateTest {
  private static final Map<String, Object> VARIABLES =
      Map.of(
          "name",
          "Ada",
          "empty",
          "",
          "n",
          3L,
          "tags",
          List.of("a", "b", "c"),
          "user",
          Map.of("mail", "ada@example.com", "langs", List.of("en")),
          "tricky",
          "{{ name }}¦{% if %}");

  private static Template jinja(String source) {
    return Template.of("t", "1", source, Syntax.JINJA);
  }

  /** What Jinja 3.1 makes of them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`Hi {{ name }}!`|`Hi Ada!`",
        "`{{name}}{{ missing }}.`|`Ada.`",
        "`{{ user.mail }} {{ user[\"mail\"] }} {{ user.langs[0] }}`|`ada@example.com"
            + " ada@example.com en`",
        "`{% if n > 2 and name %}yes{% else %}no{% endif %}`|`yes`",
        "`{% if empty %}a{% elif tags %}b{% endif %}`|`b`",
        "`{% for t in tags %}{{ loop.index }}{{ t }}{% if not loop.last %}, {% endif %}{% endfor"
            + " %}`|`1a, 2b, 3c`",
        "`{% for t in none %}x{% else %}nothing{% endfor %}`|`nothing`",
        "`{% for k, v in user.items() %}{% if k == 'mail' %}{{ k }}={{ v }}{% endif %}{% endfor"
            + " %}`|`mail=ada@example.com`",
        "`a {%- if true %} b{% endif -%} c`|`a bc`",
        "`{# note #}{{ tags | join('-') | upper }} {{ tags|length }}`|`A-B-C 3`",
        "`{{ tags }} {{ true }} {{ none }}`|`['a', 'b', 'c'] True None`",
        "`{% raw %}{{ name }}{% endraw %}`|`{{ name }}`",
        "`{{ missing | default('x') }}{{ 'a' in tags }}{{ 'z' not in tags }}`|`xTrueTrue`",
        "`{{ tricky }}`|`{{ name }}¦{% if %}`"
      })
  void rendersAsJinja(String source, String expected) {
    assertThat(jinja(source).render(VARIABLES)).isEqualTo(expected);
    restores(jinja(source), VARIABLES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`{{name}} {{{name}}} {{user.mail}}`|`Ada Ada ada@example.com`",
        "`{{#tags}}<{{.}}>{{/tags}}{{^empty}}none{{/empty}}`|`<a><b><c>none`",
        "`{{#user}}{{mail}} of {{name}}{{/user}}`|`ada@example.com of Ada`",
        "`{{! note }}{{#empty}}x{{/empty}}.`|`.`"
      })
  void rendersAsMustache(String source, String expected) {
    Template template = Template.of("m", "1", source, Syntax.MUSTACHE);
    assertThat(template.render(VARIABLES)).isEqualTo(expected);
    restores(template, VARIABLES);
  }

  @Test
  void rendersBraces() {
    Template template = Template.of("b", "1", "{{\"a\": {n}}} {name} { x } {}");
    assertThat(template.syntax()).isEqualTo(Syntax.BRACES);
    assertThat(template.render(VARIABLES)).isEqualTo("{\"a\": 3} Ada { x } {}");
    restores(template, VARIABLES);
  }

  private static void restores(Template template, Map<String, ?> variables) {
    Note note = Note.parse(template.note(variables).text());
    assertThat(note).isEqualTo(template.note(variables));
    assertThat(template.restore(note)).isEqualTo(template.render(variables));
  }

  /** What tells a number from the text of it is asked for each. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`{% if n == 3 %}number{% endif %}{% if n == '3' %}text{% endif %}`|`number`",
        "`{% if n == '3' %}text{% endif %}{% if n == 3 %}number{% endif %}`|`number`",
        "`{% if empty == none %}a{% endif %}{% if empty == 'NONE' %}b{% endif %}{% if empty == ''"
            + " %}c{% endif %}`|`c`",
        "`{{ x | default(true) }}{{ x | default('true') }}`|`Truetrue`",
        "`{{ x | replace('a], b', 'c') }}{{ x | default('d') }}`|`d`",
        "`{{ name | replace('A', 'B, C') }}{{ name | replace('A', 'B') }}`|`B, CdaBda`"
      })
  void constantsThatPrintAlikeAreNotTheSame(String source, String expected) {
    assertThat(jinja(source).render(VARIABLES)).isEqualTo(expected);
    restores(jinja(source), VARIABLES);
  }

  /** What Python 3 prints of what it reads from JSON; the second where it differs as JSON. */
  @ParameterizedTest
  @CsvSource({
    "0.10, 0.1,",
    "1e2, 100.0,",
    "1.5e-7, 1.5e-07,",
    "1e22, 1e+22,",
    "0.00001, 1e-05,",
    "0.0001, 0.0001,",
    "-0.0, -0.0,",
    "1e16, 1e+16,",
    "123456789012345678.0," + " 1.2345678901234568e+17,",
    "9999999999999998.0, 9999999999999998.0,",
    "0.30000000000000004, 0.30000000000000004,",
    "-12.50, -12.5,",
    "1e999, inf, Infinity"
  })
  void numbersPrintAsInPython(String number, String printed, @Nullable String json) {
    Map<String, Object> values = Map.of("x", new BigDecimal(number));
    if (!number.startsWith("-0")) {
      assertThat(jinja("{{ x }} {{ x | tojson }}").render(values))
          .isEqualTo(printed + " " + (json == null ? printed : json));
    }
    double value = Double.parseDouble(number);
    assertThat(jinja("{{ x }}").render(Map.of("x", List.of(value)))).isEqualTo("[" + printed + "]");
    assertThat(
            jinja("{{ x }} {{ y }}").render(Map.of("x", 12, "y", new BigInteger("9".repeat(30)))))
        .isEqualTo("12 " + "9".repeat(30));
  }

  /** What Jinja 3.1.6 makes of them without options. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`{\"b\": 1, \"a\": {\"d\": 1.0, \"c\": null, \"B\": true}}`"
            + "|`{\"a\": {\"B\": true, \"c\": null, \"d\": 1.0}, \"b\": 1}`",
        "`\"<i>&'</i>\"`|`\"\\u003ci\\u003e\\u0026\\u0027\\u003c/i\\u003e\"`",
        "`\"ü 🌍 \\u007f ~\"`|`\"\\u00fc \\ud83c\\udf0d \\u007f ~\"`",
        "`\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001/\"`|`\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001/\"`",
        "`{\"🌍\": 1, \"\\uffff\": 2}`|`{\"\\uffff\": 2, \"\\ud83c\\udf0d\": 1}`",
        "`[\"<\", []]`|`[\"\\u003c\", []]`"
      })
  void jsonIsAsJinjaWritesIt(String value, String written) {
    Map<String, Object> variables = new HashMap<>();
    variables.put("x", JsonMapper.shared().readValue(value, Object.class));
    assertThat(jinja("{{ x | tojson }}").render(variables)).isEqualTo(written);
    restores(jinja("{{ x | tojson }}"), variables);
  }

  @Test
  void saysEachThingOnce() {
    Template template = jinja("{% if name %}{{ name }}, {{ name }}{% endif %}{{ n }}");
    assertThat(template.note(VARIABLES).text()).isEqualTo("t@1 y¦Ada¦3");
    assertThat(template.variables()).containsExactly("name", "n");
    assertThat(jinja("Always. {{ n }}").staticPrefix()).isEqualTo("Always. ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% if x %}", "{% endif %}", "{{ x | nofilter }}", "{% for x of y %}{% endfor %}", "{{ }}",
        "{{ x + }}", "{% macro m() %}", "{{ (x }}", "{% else %}", "{{ x y }}"
      })
  void brokenSourcesAreRefused(String source) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> jinja(source))
        .withMessageContaining("template: ")
        .withMessageContaining("(expected: ");
  }

  static List<String> sourcesTooDeep() {
    int deep = 5000;
    return List.of(
        "{% if x %}".repeat(deep) + "{% endif %}".repeat(deep),
        "{% for x in xs %}".repeat(101) + "{% endfor %}".repeat(101),
        "{{ " + "(".repeat(deep) + "x" + ")".repeat(deep) + " }}",
        "{{ " + "x[".repeat(deep) + "0" + "]".repeat(deep) + " }}",
        "{{ " + "not ".repeat(deep) + "x }}",
        "{{ x" + " or x".repeat(deep) + " }}",
        "{{ x" + " and x".repeat(deep) + " }}",
        "{{ x" + " ~ x".repeat(deep) + " }}",
        "{{ x" + ".x".repeat(deep) + " }}",
        "{{ x" + "|upper".repeat(deep) + " }}");
  }

  @ParameterizedTest
  @MethodSource
  void sourcesTooDeep(String source) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> jinja(source))
        .withMessageContaining("within each other)");
  }

  @Test
  void sourcesAreBounded() {
    String path = "x" + ".x".repeat(5000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Template.of("t", "1", "{{" + path + "}}", Syntax.MUSTACHE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Template.of("t", "1", "{" + path + "}", Syntax.BRACES));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> jinja("x".repeat(Template.MOST_CHARS + 1)))
        .withMessageContaining("(expected: at most ");
    assertThatIllegalArgumentException().isThrownBy(() -> jinja("{{ " + "9".repeat(30) + " }}"));
  }

  @Test
  void asDeepAsIsAllowedStillRenders() {
    int deep = Template.MOST_NESTED;
    String source = "{% if x %}".repeat(deep) + "{{ x" + "|upper".repeat(deep) + " }}";
    Template template = jinja(source + "{% endif %}".repeat(deep));
    assertThat(template.variables()).containsExactly("x");
    assertThat(template.render(Map.of("x", "a"))).isEqualTo("A");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{", "{#", "{%", "{{{", "{{x", "{{#"})
  void tagsThatNothingClosesAreText(String opener) {
    String source = opener.repeat(Template.MOST_CHARS / opener.length());
    assertThat(jinja(source).render(Map.of())).isEqualTo(source);
    assertThat(Template.of("m", "1", source, Syntax.MUSTACHE).render(Map.of())).isEqualTo(source);
  }

  /** Each would take hours, or more memory than there is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "FOR FOR FOR FOR FOR {{ 1 }} END END END END END",
        "FOR FOR FOR FOR FOR END END END END END",
        "FOR FOR {{ long }} END END",
        "FOR FOR {% if a in long %}x{% endif %} END END",
        "FOR FOR FOR {{ a == xs }} END END END",
        "{{ long|replace('a', long) }}",
        "{{ xs|join(long) }}",
        "{{ quotes|tojson|tojson|tojson|tojson|tojson|tojson|tojson|tojson|tojson|tojson }}",
        "{{ xs|join(long ~ long) }}"
      })
  void renderingsThatWouldNotEndAreRefused(String source) {
    Template template =
        jinja(source.replace("FOR", "{% for a in xs %}").replace("END", "{% endfor %}"));
    Map<String, Object> variables =
        Map.of(
            "xs", Collections.nCopies(400, "b"),
            "long", "a".repeat(100_000),
            "quotes", "\"".repeat(100_000));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> template.render(variables))
        .withMessageStartingWith("rendering: too much work (expected: at most ");
    assertThatIllegalArgumentException().isThrownBy(() -> template.note(variables));
  }

  @Test
  void aLargeRenderingIsNoneTooLarge() {
    Template table = jinja("{% for row in rows.items() %}{{ row[0] }}={{ row[1] }}\n{% endfor %}");
    Map<String, Object> rows = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      rows.put("key " + i, i);
    }
    assertThat(table.render(Map.of("rows", rows))).contains("key 19999=19999\n");
  }

  @Test
  void aNoteOfManyRoundsIsNoneOfItsTemplate() {
    Template loop = jinja("{% for x in xs %}-{% endfor %}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loop.restore(new Note("t@1", "2000000000,", List.of())));
  }

  @Test
  void whatIsInCommonIsInEachRegistry() {
    TemplateRegistry common = new TemplateRegistry();
    common.register(jinja("a {{ x }}"));
    TemplateRegistry own = new TemplateRegistry(common);
    own.register(jinja("a {{ x }}"));
    own.register(Template.of("own", "1", "b"));
    assertThatIllegalArgumentException().isThrownBy(() -> own.register(jinja("b")));
    assertThat(own.list()).extracting(Template::reference).containsExactly("own@1", "t@1");
    assertThat(own.own()).extracting(Template::reference).containsExactly("own@1");
    assertThat(common.find("own@1")).isEmpty();
    assertThat(new TemplateRegistry(common).find("own@1")).isEmpty();
    assertThat(own.get("t@1")).isSameAs(common.get("t@1"));
  }

  @Test
  void aVersionNeverChanges() {
    TemplateRegistry registry = new TemplateRegistry();
    registry.register(jinja("a {{ x }}"));
    registry.register(jinja("a {{ x }}"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.register(jinja("b")))
        .withMessage("template: t@1 with another source (expected: a new version)");
    assertThatIllegalArgumentException().isThrownBy(() -> registry.get("t@2"));
    assertThatIllegalArgumentException().isThrownBy(() -> Template.of("a b", "1", ""));
    assertThat(registry.list()).extracting(Template::reference).containsExactly("t@1");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 20261122})
  void anythingThatAVariableHoldsComesBack(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> scraps =
        List.of(
            "¦", "{{x}}", "§", "\r\n", "\n", "{", "}", "%}", "\ud83d", "é", "b", "", " ", "¶※•¬¤");
    Template loop = jinja("{% for x in xs %}[{{ x }}]{% endfor %}{{ y }}-{{ z }}");
    Template braces = Template.of("b", "1", "A {x}, B {y} {x}.");
    for (int i = 0; i < 500; i++) {
      List<String> values = new ArrayList<>();
      for (int k = 0; k < 6; k++) {
        StringBuilder value = new StringBuilder();
        random.ints(random.nextInt(5), 0, scraps.size()).forEach(s -> value.append(scraps.get(s)));
        values.add(value.toString());
      }
      restores(loop, Map.of("xs", values, "y", values.get(0), "z", values.get(1)));
      restores(braces, Map.of("x", values.get(0), "y", values.get(1)));
      String prompt = braces.render(Map.of("x", values.get(2), "y", values.get(3)));
      braces.split(prompt).ifPresent(note -> assertThat(braces.restore(note)).isEqualTo(prompt));
    }
  }

  @Test
  void aPromptOfManyVariablesIsSplit() {
    int most = 18_000;
    StringBuilder source = new StringBuilder("x");
    StringBuilder prompt = new StringBuilder("x");
    for (int i = 0; i < most; i++) {
      source.append("{{v").append(i % (most - 1)).append("}}.");
      prompt.append("y.");
    }
    Note note = jinja(source + "z").split(prompt + "z").orElseThrow();
    assertThat(note.fields()).hasSize(most - 1);
  }

  @Test
  void minesWhatRenderingsHaveInCommon() {
    String source =
        "You are a helpful clerk of the shop. Answer briefly.\n\nCustomer: {{ who }}\n"
            + "Question: {{ what }}\n\nUse only {{ braces }} and the list of goods below.";
    Template template = jinja(source.replace("{{ braces }}", "{% raw %}{{ braces }}{% endraw %}"));
    List<String> prompts = new ArrayList<>();
    for (String who : List.of("Ada Lovelace", "Alan", "Grace Hopper")) {
      prompts.add(template.render(Map.of("who", who, "what", "Where is order " + who.length())));
    }
    assertThat(TemplateMiner.mine("m", "1", prompts.subList(0, 2))).isEmpty();
    Template mined = TemplateMiner.mine("m", "1", prompts).orElseThrow();
    String other = template.render(Map.of("who", "Kurt", "what", "Where is order 99"));
    Note note = mined.split(other).orElseThrow();
    assertThat(mined.restore(note)).isEqualTo(other);
    assertThat(note.fields()).containsExactly("Kurt", "99");
    assertThat(mined.staticPrefix()).endsWith("Customer: ");
    assertThat(mined.split("something else")).isEmpty();
  }

  @Test
  void nothingInCommonIsNoTemplate() {
    assertThat(TemplateMiner.mine("m", "1", List.of("abc def", "ghi", "jkl mno"))).isEmpty();
  }
}
