"""What a team does with OpenAI's Python client, before a gateway that wants keys and counts requests."""

import json
import math
import os

import openai

MODEL = "tokenlane-demo"
QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
ANSWER = "The capital of France is Paris."
client = openai.OpenAI(max_retries=0)


def chat(asked=client, **more):
    return asked.chat.completions.create(**{"model": MODEL, "messages": QUESTION, "temperature": 0, **more})


def refused(error, **more):
    try:
        chat(**more)
    except error as failure:
        return failure
    raise AssertionError(f"no {error.__name__}")


assert chat().choices[0].message.content == ANSWER
print("chat ok")

story = [{"role": "user", "content": "Tell me a story about Zoe and a horse."}]
pieces = [c.choices[0].delta.content or "" for c in chat(stream=True, messages=story) if c.choices]
assert "".join(pieces) == chat(messages=story).choices[0].message.content and len(pieces) > 10, pieces
print("stream ok")

tool = {
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
call = (
    chat(tools=[{"type": "function", "function": tool}], tool_choice="required", parallel_tool_calls=False)
    .choices[0]
    .message.tool_calls[0]
)
assert call.function.name == "get_weather" and json.loads(call.function.arguments)["city"] in ("Paris", "Rome")
print("tool ok")

schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 10},
        "age": {"type": "integer", "minimum": 0, "maximum": 120},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
written = chat(
    temperature=1,
    response_format={"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": schema}},
)
person = json.loads(written.choices[0].message.content)
assert set(person) == {"name", "age"} and 0 <= person["age"] <= 120, person
print("schema ok")

vectors = client.embeddings.create(model=MODEL, input=["one", "two"])  # as base64, by default
assert len(vectors.data) == 2 and abs(math.hypot(*vectors.data[0].embedding) - 1) < 1e-3
print("embedding ok")

refused(openai.AuthenticationError, asked=openai.OpenAI(api_key="tlk_wrong", max_retries=0))
refused(openai.NotFoundError, model="no-such")
refused(openai.BadRequestError, temperature=-1)
refused(openai.APITimeoutError, timeout=0.001, messages=[{"role": "user", "content": "Add 5 and 6."}])
print("errors ok")

tight = openai.OpenAI(api_key=os.environ["TIGHT_KEY"], max_retries=0)
limited = None
for _ in range(100):
    try:
        chat(asked=tight)
    except openai.RateLimitError as failure:
        limited = failure
        break
assert limited is not None and float(limited.response.headers["retry-after"]) > 0
assert chat(asked=tight.with_options(max_retries=6)).choices[0].message.content == ANSWER
print("retry ok")

with chat(stream=True, messages=[{"role": "user", "content": "Tell me a story about Tom and a bird."}]) as cut:
    next(iter(cut))
print("cancel ok")
