"""OpenCLIP's text tower at any size: modules have the names of its checkpoint; B texts, D channels."""
import torch
import torch.nn.functional as F
from torch import nn


class TextAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.randn(3 * width, width) * width**-0.5)
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x):
        q, k, v = (y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
                   for y in F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, -1))
        return self.out_proj(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))


class TextBlock(nn.Module):
    def __init__(self, width, mlp_width, heads):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = TextAttention(width, heads)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, mlp_width))
        self.mlp.add_module("gelu", nn.GELU())
        self.mlp.add_module("c_proj", nn.Linear(mlp_width, width))

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class TextTower(nn.Module):
    """OpenCLIP's tower without its last block, which VideoCrafter2 does not run."""

    def __init__(self, sizes):
        super().__init__()
        width = sizes["width"]
        self.token_embedding = nn.Embedding(sizes["vocabulary_size"], width)
        self.positional_embedding = nn.Parameter(torch.randn(sizes["positions"], width) * 0.01)
        self.transformer = nn.Module()
        self.transformer.resblocks = nn.ModuleList(
            [TextBlock(width, sizes["mlp_width"], sizes["heads"]) for _ in range(sizes["layers"])])
        self.ln_final = nn.LayerNorm(width)

    def forward(self, ids):
        """(B, 77) -> (B, 77, D)."""
        x = self.token_embedding(ids) + self.positional_embedding
        for block in self.transformer.resblocks:
            x = block(x)
        return self.ln_final(x)
