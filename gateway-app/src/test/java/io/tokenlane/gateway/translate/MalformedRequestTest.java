package io.tokenlane.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tokenlane.gateway.error.ApiException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is malformed, unknown or impossible is refused by the client's own names. */
final class MalformedRequestTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private static ObjectNode json(String members) {
    return (ObjectNode) MAPPER.readTree(members.replace('\'', '"'));
  }

  private static void refuses(Dialect dialect, ObjectNode body, String param, String expected) {
    ApiException refusal = catchThrowableOfType(ApiException.class, () -> dialect.request(body));
    assertThat(refusal).as(body.toString()).isNotNull();
    assertThat(refusal.param()).isEqualTo(param);
    assertThat(refusal.status().value()).isEqualTo(400);
    assertThat(refusal.text()).contains(param).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'input': [{'role': 'user', 'content': [{'type': 'input_text', 'text': {}}]}] |"
            + " input[0].content[0].text | object",
        "'input': [{'role': 'user', 'content': [{'type': 'input_text', 'text': 5}]}] |"
            + " input[0].content[0].text | 5",
        "'input': [{'role': 'user', 'content': [{'type': 'input_text'}]}] |"
            + " input[0].content[0].text | missing",
        "'input': [{'role': 'user', 'content': null}] | input[0].content | null",
        "'input': [{'role': 'user'}] | input[0].content | missing",
        "'input': ['x'] | input[0] | x",
        "'input': [] | input | array",
        "'input': [{'role': 'user', 'content': [{'type': 'input_image'}]}] |"
            + " input[0].content[0].image_url | missing",
        "'input': [{'type': 'function_call', 'name': 'f', 'arguments': '{}'}] | input[0].call_id |"
            + " missing",
        "'input': [{'type': 'function_call', 'call_id': 'c', 'arguments': '{}'}] | input[0].name |"
            + " missing",
        "'input': [{'type': 'function_call', 'call_id': 'c', 'name': 'f', 'arguments': {}}] |"
            + " input[0].arguments | object",
        "'input': [{'type': 'function_call_output', 'call_id': 'c', 'output': null}] |"
            + " input[0].output | null",
        "'input': [{'type': 'function_call_output', 'output': 'x'}] | input[0].call_id | missing",
        "'input': 'x', 'instructions': ['a'] | instructions | array",
        "'input': 'x', 'instructions': 5 | instructions | 5",
        "'input': 'x', 'instructions': {} | instructions | object",
        "'input': 'x', 'text': {'format': 'json_object'} | text.format | json_object",
        "'input': 'x', 'text': {'format': {'type': 'xml'}} | text.format.type | xml",
        "'input': 'x', 'text': 'json' | text | json",
        "'input': 'x', 'reasoning': 'low' | reasoning | low",
        "'input': 'x', 'tool_choice': true | tool_choice | true",
        "'input': 'x', 'tool_choice': 'any' | tool_choice | any",
        "'input': 'x', 'tool_choice': {'type': 'file_search'} | tool_choice.type | file_search",
        "'input': 'x', 'tool_choice': {'type': 'function'} | tool_choice.name | missing",
        "'input': 'x', 'tools': [5] | tools[0] | 5",
        "'input': 'x', 'tools': [{'type': 'function'}] | tools[0].name | missing",
        "'input': 'x', 'background': true | background | false",
        "'input': 'x', 'top_logprobs': 3 | top_logprobs | 3",
        "'input': 'x', 'include': ['message.output_text.logprobs'] | include[0] | log probabilities",
        "'input': 'x', 'conversation': 'c' | conversation | input",
        "'input': 'x', 'moderation': {} | moderation | none",
        "'input': 'x', 'max_tokens': 5 | max_tokens | Unrecognized",
      })
  void ofResponses(String body, String param, String expected) {
    refuses(new Responses(), json("{" + body + "}"), param, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 5}]}] |"
            + " messages[0].content[0].text | 5",
        "'messages': [{'role': 'user', 'content': [{'type': 'text'}]}] |"
            + " messages[0].content[0].text | missing",
        "'messages': [{'role': 'user', 'content': ['x']}] | messages[0].content[0] | x",
        "'messages': [{'role': 'user', 'content': []}] | messages[0].content | array",
        "'messages': [{'role': 'user', 'content': null}] | messages[0].content | null",
        "'messages': [{'role': 'user', 'content': 5}] | messages[0].content | 5",
        "'messages': ['x'] | messages[0] | x",
        "'messages': [{'role': 'user', 'content': [{'type': 'tool_result', 'content': 'x'}]}] |"
            + " messages[0].content[0].tool_use_id | missing",
        "'messages': [{'role': 'user', 'content': [{'type': 'image', 'source': 'u'}]}] |"
            + " messages[0].content[0].source | u",
        "'messages': [{'role': 'user', 'content': [{'type': 'image', 'source': {'type': 'url'}}]}]"
            + " | messages[0].content[0].source.url | missing",
        "'messages': [{'role': 'assistant', 'content': [{'type': 'tool_use', 'id': 'a', 'name':"
            + " 'f', 'input': '{}'}]}] | messages[0].content[0].input | string",
        "'messages': [{'role': 'assistant', 'content': [{'type': 'tool_use', 'id': 'a', 'input':"
            + " {}}]}] | messages[0].content[0].name | missing",
        "'tool_choice': 'any' | tool_choice | any",
        "'tool_choice': {'type': 'tool'} | tool_choice.name | missing",
        "'tool_choice': {'type': 'any', 'disable_parallel_tool_use': 'yes'} |"
            + " tool_choice.disable_parallel_tool_use | yes",
        "'tools': [{'name': 'f'}] | tools[0].input_schema | missing",
        "'tools': [{'input_schema': {}}] | tools[0].name | missing",
        "'system': [{'type': 'text', 'text': {}}] | system[0].text | object",
        "'system': 5 | system | 5",
        "'metadata': {'user_id': 5} | metadata.user_id | 5",
        "'stop_sequences': 'x' | stop_sequences | x",
        "'stop_sequences': [5] | stop_sequences[0] | 5",
        "'output_config': 'x' | output_config | x",
        "'output_config': {'format': {'type': 'xml'}} | output_config.format.type | xml",
        "'output_config': {'format': {'type': 'json_schema'}} | output_config.format.schema |"
            + " missing",
        "'stop': ['x'] | stop | Unrecognized",
        "'max_completion_tokens': 5 | max_completion_tokens | Unrecognized",
        "'container': 'c' | container | none",
        "'mcp_servers': [] | mcp_servers | none",
      })
  void ofMessages(String body, String param, String expected) {
    ObjectNode whole = json("{'max_tokens': 1, 'messages': [{'role': 'user', 'content': 'x'}]}");
    whole.setAll(json("{" + body + "}"));
    refuses(new Messages(), whole, param, expected);
  }

  /** Names and values that may be a prompt's are never repeated. */
  @ParameterizedTest
  @ValueSource(strings = {"'my secret plan': 1", "'input': ['my secret plan']"})
  void textsAreNotRepeated(String body) {
    ApiException refusal =
        catchThrowableOfType(
            ApiException.class, () -> new Responses().request(json("{" + body + "}")));
    assertThat(refusal.text() + refusal.param()).doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'input': 'x', 'store': true, 'truncation': 'auto', 'include':"
            + " ['reasoning.encrypted_content']",
        "'input': 'x', 'background': false, 'top_logprobs': 0, 'prompt': null, 'strange': null",
        "'input': [{'type': null, 'role': 'user', 'content': ''}], 'instructions': null",
        "'input': [{'type': 'reasoning', 'summary': []}, {'role': 'user', 'content': 'x'}]",
        "'input': 'x', 'text': {}, 'reasoning': null, 'tool_choice': null, 'tools': null",
      })
  void whatResponsesHaveIsTaken(String body) {
    assertThatCode(() -> new Responses().request(json("{" + body + "}")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'thinking': {'type': 'enabled', 'budget_tokens': 1024}, 'service_tier': 'auto'",
        "'system': null, 'metadata': {}, 'tools': null, 'tool_choice': null, 'output_config': {}",
        "'tools': [{'name': 'f', 'input_schema': {}, 'cache_control': {'type': 'ephemeral'}}]",
      })
  void whatMessagesHaveIsTaken(String body) {
    ObjectNode whole = json("{'max_tokens': 1, 'messages': [{'role': 'user', 'content': 'x'}]}");
    whole.setAll(json("{" + body + "}"));
    assertThatCode(() -> new Messages().request(whole)).doesNotThrowAnyException();
  }
}
