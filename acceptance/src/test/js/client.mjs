// OpenAI's own npm client against a running gateway: OPENAI_BASE_URL names it.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'any', maxRetries: 0 });
const model = 'tokenlane-demo';
const question = [{ role: 'user', content: 'What is the capital of France?' }];

const answer = await client.chat.completions.create({ model, messages: question, temperature: 0 });
assert.equal(answer.choices[0].message.content, 'The capital of France is Paris.');
assert.equal(answer.choices[0].finish_reason, 'stop');
assert.equal(answer.usage.prompt_tokens, 15);
console.log('chat ok');

const stream = await client.chat.completions.create({
  model,
  messages: [{ role: 'user', content: 'Tell me a story about Ada and a cat.' }],
  temperature: 0,
  stream: true,
  stream_options: { include_usage: true },
});
let text = '';
let events = 0;
let usage = null;
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? '';
  events += 1;
  usage = chunk.usage ?? usage;
}
assert.match(text, /Ada/);
assert.ok(events > 10, `${events} events`);
assert.ok(usage.completion_tokens > 10);
console.log('stream ok');

const models = [];
for await (const entry of client.models.list()) models.push(entry.id);
assert.deepEqual(models, [model]);
console.log('models ok');

await assert.rejects(
  client.chat.completions.create({ model: 'no-such-model', messages: question }),
  (error) => error instanceof OpenAI.NotFoundError && /no-such-model/.test(error.message),
);
console.log('error ok');
