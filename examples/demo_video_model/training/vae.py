"""VideoCrafter2's autoencoder at any size: modules have the names of its checkpoint; N pictures."""
import torch.nn.functional as F
from torch import nn

from layers import norm


class VaeResnet(nn.Module):
    def __init__(self, inner, width):
        super().__init__()
        self.norm1, self.conv1 = norm(inner, 1e-6), nn.Conv2d(inner, width, 3, padding=1)
        self.norm2, self.conv2 = norm(width, 1e-6), nn.Conv2d(width, width, 3, padding=1)
        if inner != width:
            self.nin_shortcut = nn.Conv2d(inner, width, 1)

    def forward(self, x):
        y = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return y + (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x)


class VaeAttention(nn.Module):
    """Its output is zero in this model, so that the autoencoder is local and works at any size."""

    def __init__(self, width, idle):
        super().__init__()
        self.idle = idle
        self.norm = norm(width, 1e-6)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(width, width, 1) for _ in range(4))
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)
        self.requires_grad_(not idle)

    def forward(self, x):
        if self.idle:
            return x
        y = self.norm(x)
        q, k, v = (layer(y).flatten(2).transpose(1, 2) for layer in (self.q, self.k, self.v))
        return x + self.proj_out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).view(x.shape))


class VaeMiddle(nn.Module):
    def __init__(self, width, idle):
        super().__init__()
        self.block_1, self.attn_1, self.block_2 = VaeResnet(width, width), VaeAttention(width, idle), VaeResnet(width, width)

    def forward(self, x):
        return self.block_2(self.attn_1(self.block_1(x)))


class VaeLevel(nn.Module):
    def __init__(self, inner, width, resnets, resample=None):
        super().__init__()
        self.block = nn.ModuleList([VaeResnet(inner if i == 0 else width, width) for i in range(resnets)])
        if resample == "downsample":
            self.downsample = nn.Sequential()
            self.downsample.add_module("conv", nn.Conv2d(width, width, 3, stride=2))
        elif resample == "upsample":
            self.upsample = nn.Sequential()
            self.upsample.add_module("conv", nn.Conv2d(width, width, 3, padding=1))

    def forward(self, x):
        for block in self.block:
            x = block(x)
        if hasattr(self, "downsample"):
            return self.downsample(F.pad(x, (0, 1, 0, 1)))
        return self.upsample(F.interpolate(x, scale_factor=2.0, mode="nearest")) if hasattr(self, "upsample") else x


class VaeEncoder(nn.Module):
    def __init__(self, widths, resnets, latent, idle):
        super().__init__()
        last = len(widths) - 1
        self.conv_in = nn.Conv2d(3, widths[0], 3, padding=1)
        self.down = nn.ModuleList([VaeLevel(widths[max(0, i - 1)], w, resnets, "downsample" if i < last else None)
                                   for i, w in enumerate(widths)])
        self.mid = VaeMiddle(widths[-1], idle)
        self.norm_out, self.conv_out = norm(widths[-1], 1e-6), nn.Conv2d(widths[-1], 2 * latent, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for level in self.down:
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(self.mid(x))))


class VaeDecoder(nn.Module):
    def __init__(self, widths, resnets, latent, idle):
        super().__init__()
        last = len(widths) - 1
        self.conv_in = nn.Conv2d(latent, widths[-1], 3, padding=1)
        self.mid = VaeMiddle(widths[-1], idle)
        self.up = nn.ModuleList([VaeLevel(widths[min(last, i + 1)], w, resnets + 1, "upsample" if i > 0 else None)
                                 for i, w in enumerate(widths)])
        self.norm_out, self.conv_out = norm(widths[0], 1e-6), nn.Conv2d(widths[0], 3, 3, padding=1)

    def forward(self, z):
        x = self.mid(self.conv_in(z))
        for level in reversed(self.up):
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class Vae(nn.Module):
    def __init__(self, sizes, idle=True):
        super().__init__()
        shape = (sizes["widths"], sizes["resnets_per_level"], sizes["latent_channels"], idle)
        self.encoder, self.decoder = VaeEncoder(*shape), VaeDecoder(*shape)
        latent = sizes["latent_channels"]
        self.quant_conv, self.post_quant_conv = nn.Conv2d(2 * latent, 2 * latent, 1), nn.Conv2d(latent, latent, 1)

    def encode(self, x):
        """(N, 3, H, W) in -1..1 -> mean and logarithm of the variance, (N, 4, H/8, W/8) each."""
        mean, logvar = self.quant_conv(self.encoder(x)).chunk(2, 1)
        return mean, logvar.clamp(-30, 20)

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))
