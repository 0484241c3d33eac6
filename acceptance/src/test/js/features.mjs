// What a team does with OpenAI's npm client, before a gateway that wants keys and counts requests.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0 });
const model = 'tokenlane-demo';
const question = [{ role: 'user', content: 'What is the capital of France?' }];
const greedy = { model, messages: question, temperature: 0 };
const chat = (from, more) => from.chat.completions.create({ ...greedy, ...more });

assert.equal((await chat(client)).choices[0].message.content, 'The capital of France is Paris.');
console.log('chat ok');

let text = '';
for await (const chunk of await chat(client, { stream: true })) {
  text += chunk.choices[0]?.delta?.content ?? '';
}
assert.equal(text, 'The capital of France is Paris.');
console.log('stream ok');

const parameters = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Paris', 'Rome'] } },
  required: ['city'],
  additionalProperties: false,
};
const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }];
const required = { tools, tool_choice: 'required', parallel_tool_calls: false };
const [whole] = (await chat(client, required)).choices[0].message.tool_calls;
assert.equal(whole.function.name, 'get_weather');
let name = '';
let args = '';
for await (const chunk of await chat(client, { ...required, stream: true })) {
  for (const call of chunk.choices[0]?.delta?.tool_calls ?? []) {
    name += call.function?.name ?? '';
    args += call.function?.arguments ?? '';
  }
}
assert.equal(name, 'get_weather');
assert.deepEqual(JSON.parse(args), JSON.parse(whole.function.arguments));
console.log('tool ok');

const schema = {
  type: 'object',
  properties: { name: { type: 'string', maxLength: 10 }, age: { type: 'integer', minimum: 0, maximum: 120 } },
  required: ['name', 'age'],
  additionalProperties: false,
};
const person = JSON.parse(
  (
    await chat(client, {
      temperature: 1,
      response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } },
    })
  ).choices[0].message.content,
);
assert.deepEqual(Object.keys(person).sort(), ['age', 'name']);
assert.ok(Number.isInteger(person.age) && person.age >= 0 && person.age <= 120);
console.log('schema ok');

const vectors = await client.embeddings.create({ model, input: ['one', 'two'] });
assert.equal(vectors.data.length, 2);
assert.ok(Math.abs(Math.hypot(...vectors.data[0].embedding) - 1) < 1e-3);
console.log('embedding ok');

await assert.rejects(chat(new OpenAI({ apiKey: 'tlk_wrong', maxRetries: 0 })), OpenAI.AuthenticationError);
await assert.rejects(chat(client, { model: 'no-such' }), OpenAI.NotFoundError);
await assert.rejects(chat(client, { temperature: -1 }), OpenAI.BadRequestError);
await assert.rejects(
  client.chat.completions.create({ ...greedy, messages: [{ role: 'user', content: 'Add 3 and 4.' }] }, { timeout: 1 }),
  OpenAI.APIConnectionTimeoutError,
);
console.log('errors ok');

const tight = { apiKey: process.env.TIGHT_KEY };
let refused = null;
for (let i = 0; i < 100 && !refused; i += 1) {
  await chat(new OpenAI({ ...tight, maxRetries: 0 })).catch((error) => (refused = error));
}
assert.ok(refused instanceof OpenAI.RateLimitError, String(refused));
assert.ok(Number(refused.headers.get('retry-after')) > 0);
await chat(new OpenAI({ ...tight, maxRetries: 6 }));
console.log('retry ok');

const story = await chat(client, {
  stream: true,
  messages: [{ role: 'user', content: 'Tell me a story about Mia and a fish.' }],
});
for await (const chunk of story) {
  assert.ok(chunk.id);
  story.controller.abort();
  break;
}
console.log('cancel ok');
