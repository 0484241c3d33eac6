"""Static batches by Hugging Face transformers: each batch is padded to its longest prompt and runs until its longest answer
has ended. Reads one JSON object from standard input: {"device": "cuda" | "cpu", "dtype": "bfloat16", "batch": requests of a
batch, "config": {"model_type": ..., ...}, "requests": [[prompt tokens, answer tokens], ...]}. Weights are random. Writes a
line of JSON behind each batch: tokens that were asked for so far, and seconds; so that whoever stops it knows how far it
came."""

import json
import sys
import time

import torch
import transformers


def build(wanted, device):
    config = dict(wanted["config"], pad_token_id=0, bos_token_id=None, eos_token_id=None)
    config = transformers.AutoConfig.for_model(config.pop("model_type"), **config)
    dtype = getattr(torch, wanted["dtype"])
    torch.set_default_dtype(dtype)  # its own parameter has had two names
    with torch.device(device):
        model = transformers.AutoModelForCausalLM.from_config(config).to(dtype)
    model.generation_config.eos_token_id = None  # answers are as long as was asked for
    model.generation_config.pad_token_id = 0
    return model.eval()


def padded(prompts, vocabulary, generator, device):
    longest = max(prompts)
    ids = torch.randint(1, vocabulary, (len(prompts), longest), generator=generator)
    mask = torch.ones_like(ids)
    for row, length in enumerate(prompts):
        mask[row, : longest - length] = 0
    return (ids * mask).to(device), mask.to(device)


def generate(model, prompts, tokens, generator):
    device = model.device
    ids, mask = padded(prompts, model.config.vocab_size, generator, device)
    out = model.generate(ids, attention_mask=mask, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False)
    if device.type == "cuda":
        torch.cuda.synchronize()
    if out.shape[1] != ids.shape[1] + tokens:
        raise RuntimeError(f"{out.shape[1] - ids.shape[1]} tokens (expected: {tokens})")


def main():
    wanted = json.load(sys.stdin)
    device = wanted["device"]
    if device == "cuda" and not torch.cuda.is_available():
        sys.exit("torch sees no GPU")
    generator = torch.Generator().manual_seed(42)
    model = build(wanted, device)
    requests, size = wanted["requests"], wanted["batch"]
    with torch.inference_mode():
        generate(model, [request[0] for request in requests[:size]], 4, generator)
        tokens, begun = 0, time.perf_counter()
        for first in range(0, len(requests), size):
            batch = requests[first : first + size]
            generate(model, [request[0] for request in batch], max(request[1] for request in batch), generator)
            tokens += sum(request[1] for request in batch)
            print(json.dumps({"tokens": tokens, "seconds": time.perf_counter() - begun}), flush=True)


main()
