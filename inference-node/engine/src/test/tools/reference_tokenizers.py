"""Makes small tokenizers of every kind with Hugging Face's tokenizers, and the ids they give.

usage: reference_tokenizers.py OUT_FOLDER [TEXTS_FILE]
Each NAME.json is {"tokenizer": tokenizer.json's content, "cases": [{"text", "ids", "ids_special"}]}.
"""
import json, os, random, sys
from tokenizers import (AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers, Regex)

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
TEKKEN = O200K.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "").replace("{1,3}", "")
DEEPSEEK3 = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
             r"""| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+""")
BL = pre_tokenizers.ByteLevel
def split(regex, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(regex), behavior, invert)
def seq(*steps):
    return pre_tokenizers.Sequence(list(steps))
def raw():
    return BL(add_prefix_space=False, use_regex=False)

TEXTS = [
    "", " ", "  ", "   ", "\t", "\n", "\n\n", "\n \n", " \n\n x", "Hello", " Hello", "  Hello", "Hello  world ", "Hello\u00a0world",
    "Hello, y'all! How are you 😁 ?", "I'm they'LL we'd CAN'T it's 'tis", "3 33 333 3333 33333 1,234.56 ٣٤٥ ²³½", "don''t", "a\tb\r\nc\r d",
    "ÅngstrÖm Ångström e\u0301 \u00e9 ﬁ ﬃ Ⅷ ①②", "дом Дом ДОМ", "你好，世界！ 今天天气", "こんにちは カタカナ ｶﾀｶﾅ", "한국어 텍스트", "नमस्ते दुनिया",
    "السلام عليكم", "ไทย ภาษา", "🇩🇪 👨‍👩‍👧 👍🏽 ‼️", "def f(x):\n    return x**2  # sq\n\n\n\tif a!=b: pass", "CamelCaseString HTTPServer iPhone x86_64",
    "<s>Hello</s>", "<s> Hello </s> x", "a<mask>b <mask> c", " <mask>  ", "<unk>", "<|tool|>x<|tool|> y", "wordtok wordtokx xwordtok (wordtok)",
    "http://a.b/c?d=e&f=g#h", "$100 + 5% = <x> ^_^ ~`|\\", "   leading and trailing   ", "A\u0000B\u0001C", "\u200b\u200d\ufeff\u2028x\u2029y\u0085z",
    "▁already ▁meta", "x" * 60, "ab " * 25, "\u0301combining first", "ΑΒΓ ΣΊΣΥΦΟΣ ς", "İstanbul ıi ß ẞ", "𝕳𝖊𝖑𝖑𝖔 𝟙𝟚", "<0x0A> <0x41>", "e.g., 12:30pm—ok…",
    "!important ?x @user #tag a_b_c __init__", "\n\n\n\n", "line one.\nline two.\r\n\r\nline three", "NAÏVE café CAFÉ", "ｆｕｌｌｗｉｄｔｈ　ｓｐａｃｅ",
]
def corpus():
    r = random.Random(7)
    words = " ".join(TEXTS).split() + "the of and to in is that it was for on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if do".split()
    for _ in range(800):
        yield " ".join(r.choice(words) for _ in range(r.randint(1, 14)))
    for t in TEXTS:
        yield t

SPECIAL = ["<unk>", "<s>", "</s>", "<pad>"]
def added(t, normalized=False):
    t.add_tokens([AddedToken("<mask>", lstrip=True, normalized=normalized), AddedToken("<|tool|>", rstrip=True, normalized=False),
                  AddedToken("wordtok", single_word=True, normalized=normalized)])

def bpe(pre, norm=None, size=420, byte=True, post=None, metaspace=False, **model):
    t = Tokenizer(models.BPE(**model))
    if norm: t.normalizer = norm
    t.pre_tokenizer = pre
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=size, special_tokens=SPECIAL, show_progress=False,
                          initial_alphabet=BL.alphabet() if byte else ([f"<0x{b:02X}>" for b in ()])))
    if post: t.post_processor = post
    added(t)
    return t

def char_bpe(pre, norm, byte_fallback, fuse=False, size=330, post=None):
    # train first, then put the tokens of bytes in front, as SentencePiece has them
    base = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=fuse))
    if norm: base.normalizer = norm
    if pre: base.pre_tokenizer = pre
    base.train_from_iterator([s for s in corpus() if all(ord(c) < 0x500 for c in s)], trainers.BpeTrainer(vocab_size=size, special_tokens=SPECIAL, show_progress=False, limit_alphabet=70))
    j = json.loads(base.to_str())
    vocab = j["model"]["vocab"]
    order = sorted(vocab, key=vocab.get)
    new = order[:4] + ([f"<0x{b:02X}>" for b in range(256)] if byte_fallback else []) + order[4:]
    j["model"]["vocab"] = {w: i for i, w in enumerate(new)}
    j["model"]["byte_fallback"] = byte_fallback
    t = Tokenizer.from_str(json.dumps(j))
    if post: t.post_processor = post
    added(t, True)
    return t

def added_spaces(t):
    # as Gemma has them: runs of spaces are added tokens, down to a run of one, from which longer ones merge
    j = json.loads(t.to_str())
    vocab, merges = j["model"]["vocab"], j["model"]["merges"]
    for c in ("\n", "\t"):
        for n in range(1, 5):
            vocab.setdefault(c * n, len(vocab))
        merges[:0] = [[c * (n - 1), c] for n in range(4, 1, -1)]
    t = Tokenizer.from_str(json.dumps(j))
    t.add_tokens([AddedToken(c * n, normalized=False) for c in ("\n", "▁") for n in range(1, 5) if c * n in vocab])
    return t

def unigram(pre, norm, byte_fallback=False, size=300, post=None):
    t = Tokenizer(models.Unigram())
    if norm: t.normalizer = norm
    if pre: t.pre_tokenizer = pre
    t.train_from_iterator([s for s in corpus() if all(ord(c) < 0x500 for c in s)], trainers.UnigramTrainer(vocab_size=size, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False))
    if byte_fallback:
        j = json.loads(t.to_str())
        v = j["model"]["vocab"]
        j["model"]["vocab"] = v[:4] + [[f"<0x{b:02X}>", -20.0] for b in range(256)] + [p for p in v[4:] if not p[0].startswith("<0x")]
        j["model"]["byte_fallback"] = True
        t = Tokenizer.from_str(json.dumps(j))
    if post: t.post_processor = post
    added(t, True)
    return t

def template(single):
    return processors.TemplateProcessing(single=single, special_tokens=[("<s>", 1), ("</s>", 2), ("<pad>", 3)])

M = pre_tokenizers.Metaspace
def cases():
    yield "gpt2", lambda: bpe(BL(add_prefix_space=False), post=processors.ByteLevel())
    yield "gpt2-prefix", lambda: bpe(BL(add_prefix_space=True), post=processors.RobertaProcessing(("</s>", 2), ("<s>", 1)))
    yield "llama3", lambda: bpe(seq(split(LLAMA3), raw()), ignore_merges=True, post=processors.Sequence([processors.ByteLevel(), template("<s> $A")]))
    yield "qwen2", lambda: bpe(seq(split(QWEN2), raw()), normalizers.NFC())
    yield "o200k", lambda: bpe(seq(split(O200K, "removed", True), raw()))
    yield "tekken", lambda: bpe(seq(split(TEKKEN), raw()), post=template("<s> $A"))
    yield "deepseek3", lambda: bpe(seq(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK3), raw()))
    yield "deepseek-coder", lambda: bpe(seq(split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split("[一-龥ࠀ-一가-퟿]+"), pre_tokenizers.Digits(True), raw()))
    yield "starcoder", lambda: bpe(seq(pre_tokenizers.Digits(individual_digits=True), BL(add_prefix_space=False, use_regex=True)))
    yield "falcon", lambda: bpe(seq(pre_tokenizers.Punctuation("contiguous"), BL(add_prefix_space=False), split("[0-9][0-9][0-9]")))
    yield "bloom", lambda: bpe(seq(split(" ?[^(\\s|[.,!?…。，、।۔،])]+"), raw()))
    yield "glm4", lambda: bpe(seq(split(LLAMA3), raw()), post=processors.Sequence([processors.ByteLevel(trim_offsets=False), template("<pad> <s> $A")]))
    yield "nfkc-lower", lambda: bpe(seq(split(GPT2), raw()), normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Strip()]))
    yield "punctuation", lambda: bpe(seq(pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(), raw()))
    yield "merged-next", lambda: bpe(seq(split(" ", "merged_with_next"), split("[.,]", "merged_with_previous"), split("[aeiou]", "contiguous"), raw()))
    legacy = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    yield "llama2", lambda: char_bpe(None, legacy, True, True, post=template("<s> $A"))
    yield "mistral-first", lambda: char_bpe(M(prepend_scheme="first", split=False), None, True, True, post=template("<s> $A </s>"))
    yield "gemma", lambda: char_bpe(split(" ", "merged_with_previous"), normalizers.Replace(" ", "▁"), True, True, post=template("<s> $A"))
    yield "gemma-spaces", lambda: added_spaces(char_bpe(split(" ", "merged_with_previous"), normalizers.Replace(" ", "▁"), True, True, post=template("<s> $A")))
    yield "char-unk", lambda: char_bpe(M(prepend_scheme="always"), normalizers.NFKC(), False, False)
    yield "char-unk-fused", lambda: char_bpe(M(prepend_scheme="never"), normalizers.Replace(Regex(" {2,}"), " "), False, True)
    yield "unigram", lambda: unigram(M(prepend_scheme="always"), normalizers.NFKC(), post=template("$A </s>"))
    yield "unigram-bytes", lambda: unigram(M(prepend_scheme="first"), normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]), True)
    yield "unigram-whole", lambda: unigram(M(prepend_scheme="always", split=False), None, True)
    yield "unigram-spaces", lambda: unigram(seq(pre_tokenizers.WhitespaceSplit(), M(prepend_scheme="always")), normalizers.StripAccents())

def write(out, name, make):
    t = make()
    j = json.loads(t.to_str())
    cs = []
    for text in TEXTS:
        plain = Tokenizer.from_str(t.to_str())
        plain.encode_special_tokens = True
        cs.append({"text": text, "parsed": t.encode(text, add_special_tokens=False).ids,
                   "plain": plain.encode(text, add_special_tokens=False).ids})
    whole = t.encode("x", add_special_tokens=True).ids
    bare = t.encode("x", add_special_tokens=False).ids
    with open(os.path.join(out, name + ".json"), "w") as f:
        json.dump({"tokenizer": j, "around": whole, "bare": bare, "cases": cs}, f, ensure_ascii=False, separators=(",", ":"))

if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, make in cases():
        try:
            write(sys.argv[1], name, make)
            print(name, os.path.getsize(os.path.join(sys.argv[1], name + ".json")))
        except BaseException as e:
            print("FAILED", name, type(e), e)
