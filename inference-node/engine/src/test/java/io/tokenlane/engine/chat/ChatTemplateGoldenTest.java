package io.tokenlane.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Real chat templates, held against what the reference implementation made of them. */
final class ChatTemplateGoldenTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("tokenlane.shared", "shared"), "chat-templates");

  /** The file of goldens: templates' renderings by conversation. */
  private record Goldens(
      String bos_token,
      String eos_token,
      List<Map<String, Object>> tools,
      Map<String, List<Map<String, Object>>> conversations,
      Map<String, Map<String, Golden>> rendered,
      String note) {

    List<Map<String, Object>> messages(String conversation) {
      return Objects.requireNonNull(conversations.get(conversation), conversation);
    }
  }

  /** What the reference did with one conversation. */
  record Golden(@Nullable String text, @Nullable String error, @Nullable String skip) {}

  static Stream<Arguments> cases() throws IOException {
    Path file = FOLDER.resolve("golden.json");
    Assumptions.assumeTrue(Files.exists(file), () -> "no goldens at " + file);
    Goldens goldens = JsonMapper.shared().readValue(file.toFile(), new TypeReference<Goldens>() {});
    return goldens.rendered().entrySet().stream()
        .flatMap(template -> cases(template.getKey(), template.getValue(), goldens));
  }

  private static Stream<Arguments> cases(
      String template, Map<String, Golden> renderings, Goldens goldens) {
    return renderings.entrySet().stream()
        .filter(rendering -> rendering.getValue().skip() == null)
        .map(
            rendering ->
                Arguments.of(
                    template,
                    rendering.getKey(),
                    Named.of("golden", rendering.getValue()),
                    Named.of("input", goldens)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void rendersAsTheReference(String template, String key, Golden golden, Record input)
      throws IOException {
    Goldens goldens = (Goldens) input;
    ChatTemplate compiled =
        ChatTemplate.compile(Files.readString(FOLDER.resolve(template + ".jinja")));
    String conversation = key.substring(0, key.indexOf('/'));
    List<Map<String, Object>> messages = goldens.messages(conversation);
    var tools = conversation.equals("tool") ? goldens.tools() : null;
    var variables = Map.of("bos_token", goldens.bos_token(), "eos_token", goldens.eos_token());
    boolean prompt = key.endsWith("/gen");
    if (golden.error() != null) {
      assertThat(catchThrowable(() -> compiled.render(messages, tools, variables, prompt)))
          .isInstanceOf(TemplateException.class);
    } else {
      assertThat(compiled.render(messages, tools, variables, prompt)).isEqualTo(golden.text());
    }
  }
}
