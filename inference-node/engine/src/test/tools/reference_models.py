"""Makes golden.json files of tiny decoders with the reference implementation.

Weights are not stored: each tensor's values follow from its name by splitmix64, here and in the test
that reads the goldens, so that a case is only a config.json, the names and shapes, and the numbers.

usage: reference_models.py OUT_FOLDER      (torch and transformers; float32, eager attention)
"""
import json, os, sys
import numpy as np
import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

MASK = (1 << 64) - 1


def fnv(name):
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = ((h ^ b) * 0x100000001B3) & MASK
    return h


def uniform(name, count):
    """count values in [-1, 1), 24 bits each."""
    with np.errstate(over="ignore"):
        z = np.uint64(fnv(name)) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1).astype(np.float32)


def weight(name, shape):
    values = uniform(name, int(np.prod(shape))).reshape(shape)
    if len(shape) == 1:
        # gains around 1 (for Gemma around 2), biases around 0
        return values * np.float32(0.25) + np.float32(0 if name.endswith("bias") else 1)
    if "embed_tokens" in name or "lm_head" in name:
        return values
    return values * np.float32(1.7 / np.float32(np.sqrt(np.float32(shape[1]))))


def case(out, name, config, lengths=(1, 9, 40), greedy=24):
    torch.manual_seed(0)
    config = AutoConfig.for_model(**config)
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    state = {}
    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            if key == "lm_head.weight" and config.tie_word_embeddings:
                continue
            values = weight(key, tuple(tensor.shape))
            tensor.copy_(torch.from_numpy(values))
            state[key] = list(tensor.shape)
    cases = []
    for n in lengths:
        ids = [int(i) for i in np.abs(uniform(f"{name} {n}", n)) * (config.vocab_size - 1)]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0].float()
            tokens = list(ids)
            past = None
            feed = torch.tensor([ids])
            for _ in range(greedy):
                answer = model(feed, past_key_values=past, use_cache=True)
                past = answer.past_key_values
                tokens.append(int(answer.logits[0, -1].argmax()))
                feed = torch.tensor([[tokens[-1]]])
        cases.append({
            "ids": ids,
            "argmax_per_position": logits.argmax(-1).tolist(),
            "last_logits": [float(f"{v:.6g}") for v in logits[-1].tolist()],
            "greedy_24": tokens[n:],
        })
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    config.save_pretrained(folder)
    if name in UNLISTED:
        with open(os.path.join(folder, "config.json")) as file:
            listed = json.load(file)
        del listed["layer_types"]
        with open(os.path.join(folder, "config.json"), "w") as file:
            json.dump(listed, file, indent=2, sort_keys=True)
    with open(os.path.join(folder, "golden.json"), "w") as file:
        json.dump({"shapes": state, "cases": cases}, file, separators=(",", ":"))
    print(name, len(state), "tensors", transformers.__version__, logits.std().item())
    return model


BASE = dict(vocab_size=67, hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=256, pad_token_id=None, bos_token_id=1, eos_token_id=2)
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "rope_theta": 10000.0}
# configurations as older versions wrote them, without the list of layers' types
UNLISTED = {"smollm3-window"}
CASES = {
    "llama-wide-heads": dict(model_type="llama", head_dim=10, rope_parameters={"rope_type": "default", "rope_theta": 5e5}),
    "llama-tied": dict(model_type="llama", tie_word_embeddings=True, num_key_value_heads=1),
    "llama-biases": dict(model_type="llama", attention_bias=True, mlp_bias=True, num_key_value_heads=4),
    "llama-3.1": dict(model_type="llama", head_dim=16, rope_parameters={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                      "high_freq_factor": 4.0, "original_max_position_embeddings": 32, "rope_theta": 5e5}),
    "llama-linear": dict(model_type="llama", rope_parameters={"rope_type": "linear", "factor": 3.0, "rope_theta": 1e4}),
    "llama-dynamic": dict(model_type="llama", rope_parameters={"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}),
    "llama-yarn": dict(model_type="llama", head_dim=16, rope_parameters=YARN),
    "mistral-window": dict(model_type="mistral", sliding_window=7),
    "mistral-full": dict(model_type="mistral", sliding_window=None, head_dim=8, num_attention_heads=6, num_key_value_heads=3),
    "qwen2": dict(model_type="qwen2"),
    "qwen2-window-above": dict(model_type="qwen2", use_sliding_window=True, sliding_window=5, max_window_layers=1, tie_word_embeddings=True),
    "qwen2-yarn": dict(model_type="qwen2", head_dim=16, rope_parameters=dict(YARN, rope_theta=1e6)),
    "qwen3": dict(model_type="qwen3", head_dim=12, num_attention_heads=6, tie_word_embeddings=True),
    "qwen3-yarn-window": dict(model_type="qwen3", head_dim=16, use_sliding_window=True, sliding_window=6, max_window_layers=2,
                              rope_parameters=dict(YARN, beta_fast=8.0, beta_slow=2.0, attention_factor=1.25)),
    "glm": dict(model_type="glm", head_dim=12, num_key_value_heads=1),
    "glm4": dict(model_type="glm4", head_dim=12, rope_parameters={"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.5}),
    "glm4-unbiased": dict(model_type="glm4", head_dim=8, attention_bias=False),
    "phi3": dict(model_type="phi3", tie_word_embeddings=True),
    "phi3-window": dict(model_type="phi3", sliding_window=6),
    "phi3-longrope": dict(model_type="phi3", max_position_embeddings=512, original_max_position_embeddings=128,
                          rope_parameters={"rope_type": "longrope", "rope_theta": 1e4, "original_max_position_embeddings": 128,
                                           "short_factor": [1.0, 1.25, 1.5], "long_factor": [2.0, 4.0, 8.0]}),
    "phi3-partial": dict(model_type="phi3", hidden_size=32, rope_parameters={"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.75}),
    "gemma": dict(model_type="gemma", head_dim=16, num_key_value_heads=1),
    "gemma2": dict(model_type="gemma2", head_dim=8, query_pre_attn_scalar=12, sliding_window=6, attn_logit_softcapping=5.0,
                   final_logit_softcapping=3.0),
    "gemma2-uncapped": dict(model_type="gemma2", head_dim=8, query_pre_attn_scalar=8, sliding_window=64, attn_logit_softcapping=None,
                   final_logit_softcapping=None),
    "gemma3": dict(model_type="gemma3_text", head_dim=8, num_hidden_layers=7, sliding_window=6, query_pre_attn_scalar=10,
                   rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
                                    "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}),
    "smollm3": dict(model_type="smollm3", num_hidden_layers=5, tie_word_embeddings=True),
    "smollm3-window": dict(model_type="smollm3", num_hidden_layers=5, use_sliding_window=True, sliding_window=6, max_window_layers=0),
}

if __name__ == "__main__":
    for name, extra in CASES.items():
        if len(sys.argv) > 2 and sys.argv[2] not in name:
            continue
        try:
            case(sys.argv[1], name, {**BASE, **extra})
        except Exception as e:
            print("FAILED", name, type(e), e)
