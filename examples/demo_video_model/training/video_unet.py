"""VideoCrafter2's U-Net at any size: modules have the names of its checkpoint.

Shapes: B clips, T frames, C channels, h x w latent cells, N = B T pictures.  Maps of pictures
are (N, C, h, w) in channels-last memory, so that a clip is a view of them.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from layers import norm


def to_clip(x, frames):
    """(N, C, h, w) -> (B, C, T, h w), the same memory."""
    n, c, h, w = x.shape
    return x.permute(0, 2, 3, 1).reshape(n // frames, frames, h * w, c).permute(0, 3, 1, 2)


def to_pictures(x, h, w):
    b, c, t, _ = x.shape
    return x.permute(0, 2, 3, 1).reshape(b * t, h, w, c).permute(0, 3, 1, 2)


def sinusoid(values, width):
    frequencies = torch.exp(-math.log(10000) * torch.arange(width // 2, device=values.device) / (width // 2))
    angles = values.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], 1)


class FrameConv(nn.Conv3d):
    """(3, 1, 1) over the frames of (B, C, T, h w)."""

    def __init__(self, width):
        super().__init__(width, width, (3, 1, 1))

    def forward(self, x):
        return F.conv2d(x, self.weight[..., 0], self.bias, padding=(1, 0))


class TemporalConvs(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Sequential(norm(width, 1e-5), nn.SiLU(), FrameConv(width))
        for name in ("conv2", "conv3", "conv4"):
            setattr(self, name, nn.Sequential(norm(width, 1e-5), nn.SiLU(), nn.Identity(), FrameConv(width)))
        nn.init.zeros_(self.conv4[-1].weight)
        nn.init.zeros_(self.conv4[-1].bias)

    def forward(self, x):
        return x + self.conv4(self.conv3(self.conv2(self.conv1(x))))


class ResBlock(nn.Module):
    def __init__(self, inner, width, embedding):
        super().__init__()
        self.in_layers = nn.Sequential(norm(inner, 1e-5), nn.SiLU(), nn.Conv2d(inner, width, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding, width))
        self.out_layers = nn.Sequential(norm(width, 1e-5), nn.SiLU(), nn.Identity(), nn.Conv2d(width, width, 3, padding=1))
        if inner != width:
            self.skip_connection = nn.Conv2d(inner, width, 1)
        self.temopral_conv = TemporalConvs(width)  # the spelling of the checkpoint

    def forward(self, x, call):
        h = self.in_layers(x) + self.emb_layers(call.embedding)[:, :, None, None]
        h = self.out_layers(h) + (self.skip_connection(x) if hasattr(self, "skip_connection") else x)
        if call.still:
            return h
        return to_pictures(self.temopral_conv(to_clip(h, call.frames)), *h.shape[2:])


class Attention(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.Sequential(nn.Linear(width, width))

    def forward(self, x, context):
        split = lambda y: y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        y = F.scaled_dot_product_attention(split(self.to_q(x)), split(self.to_k(context)), split(self.to_v(context)))
        return self.to_out(y.transpose(1, 2).flatten(2))


class GatedGelu(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Linear(width, 8 * width)

    def forward(self, x):
        a, b = self.proj(x).chunk(2, -1)
        return a * F.gelu(b)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.Sequential(GatedGelu(width), nn.Identity(), nn.Linear(4 * width, width))

    def forward(self, x):
        return self.net(x)


class TransformerBlock(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.attn1, self.attn2 = Attention(width, width, heads), Attention(width, context or width, heads)
        self.ff = FeedForward(width)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))

    def forward(self, x, merge, context=None):
        """merge: tokens -> tokens of whole clips, which meet the context of their clip; and back."""
        y = self.norm1(x)
        x = x + self.attn1(y, y)
        y = self.norm2(x)
        x = x + (self.attn2(y, y) if context is None else self.attn2(merge(y), context).view(x.shape))
        return x + self.ff(self.norm3(x))


class Transformer(nn.Module):
    """Spatial with a context width, else temporal."""

    def __init__(self, width, inner, heads, context=None, conv=False):
        super().__init__()
        self.context = context
        self.norm = norm(width, 1e-6)
        project = (lambda a, b: nn.Conv1d(a, b, 1)) if conv else nn.Linear
        self.proj_in, self.proj_out = project(width, inner), project(inner, width)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(inner, context, heads)])
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)

    def tokens(self, x, call):
        linear = lambda layer, y: F.linear(y, layer.weight.flatten(1), layer.bias)
        y = linear(self.proj_in, x)
        merge = lambda z: z.reshape(-1, call.frames * z.shape[1], z.shape[2])
        y = self.transformer_blocks[0](y, merge, call.context if self.context else None)
        return linear(self.proj_out, y)

    def forward(self, x, call):
        h, w = x.shape[2:]
        if self.context:                           # the cells of a picture
            y = self.norm(x).permute(0, 2, 3, 1).flatten(1, 2)
            return x + self.tokens(y, call).unflatten(1, (h, w)).permute(0, 3, 1, 2)
        if call.still:
            return x
        clip = to_clip(x, call.frames)             # the frames of a cell
        y = self.norm(clip).permute(0, 3, 2, 1)
        shape = y.shape
        y = self.tokens(y.flatten(0, 1), call).view(shape).permute(0, 3, 2, 1)
        return x + to_pictures(y, h, w)


class Downsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.op = nn.Conv2d(width, width, 3, stride=2, padding=1)

    def forward(self, x, call):
        return self.op(x)


class Upsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x, call):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class First(nn.Conv2d):
    def forward(self, x, call):
        return super().forward(x)


class Call:
    """What every layer of one call needs: embedding (N, 4 C), context (B, 77, D), frames."""

    def __init__(self, embedding, context, frames, still):
        self.embedding, self.context, self.frames, self.still = embedding, context, frames, still


class VideoUnet(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        widths, first = sizes["widths"], sizes["widths"][0]
        self.sizes, self.embedding_width = sizes, 4 * first
        embed = lambda: nn.Sequential(nn.Linear(first, 4 * first), nn.SiLU(), nn.Linear(4 * first, 4 * first))
        self.time_embed, self.fps_embedding = embed(), embed()
        self.input_blocks, self.output_blocks = nn.ModuleList(), nn.ModuleList()
        self.init_attn = nn.ModuleList([Transformer(first, 8 * sizes["head_width"], 8, conv=True)])
        skips = self.build_input(widths)
        resnet = lambda: ResBlock(widths[-1], widths[-1], self.embedding_width)
        self.middle_block = nn.ModuleList([resnet(), *self.transformers(widths[-1], sizes["middle_depth"]), resnet()])
        self.build_output(widths, skips)
        self.out = nn.Sequential(norm(first, 1e-5), nn.SiLU(), nn.Conv2d(first, sizes["out_channels"], 3, padding=1))

    def transformers(self, width, depth):
        heads, context = width // self.sizes["head_width"], self.sizes["context_width"]
        return [Transformer(width, width, heads, context), Transformer(width, width, heads)] if depth else []

    def build_input(self, widths):
        self.input_blocks.append(nn.ModuleList([First(self.sizes["in_channels"], widths[0], 3, padding=1)]))
        skips, width = [widths[0]], widths[0]
        for level, (out, depth) in enumerate(zip(widths, self.sizes["transformer_depths"])):
            for _ in range(self.sizes["resnets_per_level"]):
                self.input_blocks.append(nn.ModuleList([ResBlock(width, out, self.embedding_width), *self.transformers(out, depth)]))
                width = out
                skips.append(width)
            if level + 1 < len(widths):
                self.input_blocks.append(nn.ModuleList([Downsample(width)]))
                skips.append(width)
        return skips

    def build_output(self, widths, skips):
        width = widths[-1]
        for level in reversed(range(len(widths))):
            for number in range(self.sizes["resnets_per_level"] + 1):
                layers = [ResBlock(width + skips.pop(), widths[level], self.embedding_width)]
                width = widths[level]
                layers += self.transformers(width, self.sizes["transformer_depths"][level])
                if number == self.sizes["resnets_per_level"] and level > 0:
                    layers.append(Upsample(width))
                self.output_blocks.append(nn.ModuleList(layers))

    def forward(self, x, timesteps, context, fps, still=False):
        """x (B, 4, T, h, w), timesteps (B), context (B, 77, D), fps (B) -> noise of x's shape.

        `still` leaves the temporal layers out: pictures, while those layers are the identity.
        """
        b, c, frames, h, w = x.shape
        first = self.sizes["widths"][0]
        embedding = self.time_embed(sinusoid(timesteps, first)) + self.fps_embedding(sinusoid(fps, first))
        call = Call(embedding.repeat_interleave(frames, 0), context, frames, still)
        y = x.permute(0, 2, 3, 4, 1).reshape(b * frames, h, w, c).permute(0, 3, 1, 2)
        skips = []
        for block in self.input_blocks:
            for layer in block:
                y = layer(y, call)
            if not skips:
                y = self.init_attn[0](y, call)
            skips.append(y)
        for layer in self.middle_block:
            y = layer(y, call)
        for block in self.output_blocks:
            y = torch.cat([y, skips.pop()], 1)
            for layer in block:
                y = layer(y, call)
        return self.out(y).permute(0, 2, 3, 1).reshape(b, frames, h, w, -1).permute(0, 4, 1, 2, 3)
