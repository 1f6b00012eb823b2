"""CLIP's byte-pair tokenizer for captions of plain words; pads with 0 as OpenCLIP does."""
import json
import os

import torch


class Tokenizer:
    def __init__(self, folder, length=77):
        with open(os.path.join(folder, "vocab.json"), encoding="utf-8") as file:
            self.ids = json.load(file)
        with open(os.path.join(folder, "merges.txt"), encoding="utf-8") as file:
            pairs = [tuple(line.split()) for line in file.read().split("\n")[1:] if line.strip()]
        self.ranks = {pair: rank for rank, pair in enumerate(pairs)}
        self.length = length

    def word(self, word):
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            rank, i = min((self.ranks.get(pair, len(self.ranks)), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if rank == len(self.ranks):
                break
            parts[i:i + 2] = [parts[i] + parts[i + 1]]
        return [self.ids[part] for part in parts]

    def __call__(self, text):
        ids = [i for word in text.lower().split() for i in self.word(word)][:self.length - 2]
        ids = [self.ids["<|startoftext|>"], *ids, self.ids["<|endoftext|>"]]
        return torch.tensor(ids + [0] * (self.length - len(ids)))
