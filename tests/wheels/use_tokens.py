# wheels: safetensors==0.8.0 tokenizers==0.23.3 numpy==2.5.5 packaging==26.3
"""Tensors in files, and tokenizers that are trained here."""

import os
import sys
import tempfile
import types

import numpy as np
from safetensors import SafetensorError, deserialize, safe_open
from safetensors.numpy import load, save, save_file

data = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([True, False]), "empty": np.zeros((0, 4), np.int64)}
blob = save(data, metadata={"by": "test"})
again = load(blob)
print(sorted(again), all(np.array_equal(again[k], data[k]) for k in data), again["a"].dtype, again["empty"].shape)
print(sorted(name for name, _ in deserialize(blob)))
path = os.path.join(tempfile.mkdtemp(), "t.safetensors")
save_file(data, path, metadata={"by": "test"})
with safe_open(path, framework="np") as f:
    print(sorted(f.keys()), f.metadata(), f.get_tensor("a")[1], f.get_slice("a")[:, 1:].tolist(), f.get_slice("a").get_shape())
    try:
        f.get_tensor("nope")
    except SafetensorError as e:
        print(e)
try:
    load(b"\xff" * 16)
except SafetensorError as e:
    print(e)

# The client of the hub is not needed for what is done here.
sys.modules.setdefault("huggingface_hub", types.ModuleType("huggingface_hub"))
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

t = Tokenizer(models.BPE(unk_token="[UNK]"))
t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
t.pre_tokenizer = pre_tokenizers.Whitespace()
t.train_from_iterator(["the quick brown fox", "the lazy dog the end", "quickly quickly"] * 5, trainers.BpeTrainer(vocab_size=60, special_tokens=["[UNK]", "[CLS]"], show_progress=False))
t.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", t.token_to_id("[CLS]"))])
e = t.encode("Th\u00e9 quick dog \u2603")
print(e.tokens, e.ids, e.offsets, e.special_tokens_mask, len(e), e.word_ids)
print(t.decode(e.ids), t.get_vocab_size(), [x.tokens for x in t.encode_batch(["the", "fox end"])])
t.enable_padding(length=6)
t.add_tokens([AddedToken("brand-new")])
print(t.encode("brand-new the").tokens, Tokenizer.from_str(t.to_str()).encode("the dog").ids == t.encode("the dog").ids)
w = Tokenizer(models.WordPiece({"[UNK]": 0, "un": 1, "##able": 2, "##do": 3}, unk_token="[UNK]"))
w.pre_tokenizer = pre_tokenizers.Split(Regex(r"\s+"), "removed")
w.decoder = decoders.WordPiece()
print(w.encode("undoable x").tokens, w.decode([1, 3, 2]))
try:
    Tokenizer.from_str("{")
except Exception as x:
    print(type(x).__name__, x)


class Upper:
    def split(self, i, text):
        return [text[:2], text[2:]]

    def pre_tokenize(self, pretok):
        pretok.split(self.split)


w.pre_tokenizer = pre_tokenizers.PreTokenizer.custom(Upper())
print(w.encode("undo").tokens)
