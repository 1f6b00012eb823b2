"""Carries the image demo's autoencoder over to 32 groups per norm.

That one has 8 groups and half the width at full resolution.  Layer by layer, from the picture to the picture,
the new layer learns to give the old layer's output from what the new layers before it give.  At full
resolution the old channels are the even ones; every odd one begins as a constant, beside which a group of
two channels keeps the old channel's mean and spread.
"""
import torch
import torch.nn.functional as F
from torch import nn

import image_demo
from initial_weights import load, vae_names
from layers import GROUPS
from sizes import VAE
from vae import Vae, VaeLevel, VaeResnet

OLD = dict(VAE, widths=[32, 64, 96, 128])
OLD_GROUPS = 8
CONSTANT = 3.0


class Ends(nn.Module):
    """Norm, SiLU and the last convolutions of a half."""

    def __init__(self, half, then=None):
        super().__init__()
        self.norm_out, self.conv_out, self.then = half.norm_out, half.conv_out, then

    def forward(self, x):
        y = self.conv_out(F.silu(self.norm_out(x)))
        return self.then(y).chunk(2, 1)[0] if self.then else y


class Resample(nn.Module):
    def __init__(self, level):
        super().__init__()
        self.level = VaeLevel(1, 1, 0)
        for name in ("downsample", "upsample"):
            if hasattr(level, name):
                setattr(self.level, name, getattr(level, name))

    def forward(self, x):
        return self.level(x)


def level_layers(level):
    yield from level.block
    if hasattr(level, "downsample") or hasattr(level, "upsample"):
        yield Resample(level)


def layers(vae):
    """From the picture to the latents and back, in order."""
    encoder, decoder = vae.encoder, vae.decoder
    yield encoder.conv_in
    for level in encoder.down:
        yield from level_layers(level)
    yield from (encoder.mid.block_1, encoder.mid.block_2, Ends(encoder, vae.quant_conv))
    yield from (nn.Sequential(vae.post_quant_conv, decoder.conv_in), decoder.mid.block_1, decoder.mid.block_2)
    for level in reversed(decoder.up):
        yield from level_layers(level)
    yield Ends(decoder)


def norms_of(layer):
    return [m for m in layer.modules() if isinstance(m, nn.GroupNorm)]


def spread(value, target):
    """Old channels at the even places wherever the new tensor has twice as many."""
    for side in range(min(2, value.ndim)):
        if target.shape[side] == 2 * value.shape[side]:
            value = torch.stack([value, torch.zeros_like(value)], side + 1).flatten(side, side + 1)
    return value


@torch.no_grad()
def copy_weights(vae, source):
    for name, target in vae.state_dict().items():
        given = source.get(name)
        if given is None:
            continue
        given = spread(given.float().reshape(*given.shape, *[1] * (target.ndim - given.ndim)), target)
        if given.shape == target.shape:
            target.copy_(given)
    for layer in layers(vae):                      # the constants
        for conv in (m for m in layer.modules() if isinstance(m, nn.Conv2d)):
            if layer is vae.encoder.conv_in or (isinstance(layer, VaeResnet) and conv is layer.conv1 and conv.out_channels == 64):
                conv.bias[1::2] = torch.where(conv.bias[1::2] == 0, CONSTANT, conv.bias[1::2])


def even(y, target):
    return y[:, ::2] if y.shape[1] == 2 * target.shape[1] else y


@torch.no_grad()
def fit_norms(layer, x, wanted):
    """Gain and shift of every norm, so that its output comes closest to the old norm's."""
    def fit(norm, inputs, _):
        y = F.group_norm(inputs[0], GROUPS, eps=norm.eps)
        t = spread(wanted[norm], y)
        mean, goal = y.mean((0, 2, 3), keepdim=True), t.mean((0, 2, 3), keepdim=True)
        gain = ((y - mean) * (t - goal)).mean((0, 2, 3)) / (y - mean).square().mean((0, 2, 3)).add(1e-6)
        norm.weight.copy_(gain)
        norm.bias.copy_(goal.flatten() - gain * mean.flatten())
        return F.group_norm(inputs[0], GROUPS, norm.weight, norm.bias, norm.eps)

    hooks = [norm.register_forward_hook(fit) for norm in norms_of(layer)]
    layer(x)
    for hook in hooks:
        hook.remove()


def fit_layer(layer, x, target, steps, rate):
    optimizer = torch.optim.Adam(layer.parameters(), rate, betas=(0.9, 0.98))
    for step in range(steps):
        pick = torch.randperm(len(x))[:max(1, len(x) // 3)]
        loss = (even(layer(x[pick].requires_grad_()), target) - target[pick]).square().mean() / target.var()
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 - step / steps)
        optimizer.step()
    with torch.no_grad():
        return layer(x)


def old_vae():
    vae = Vae(OLD)
    for norm in (m for m in vae.modules() if isinstance(m, nn.GroupNorm)):
        norm.num_groups = OLD_GROUPS
    source = vae_names(load(image_demo.MODEL, "vae", "diffusion_pytorch_model.safetensors"), len(VAE["widths"]))
    vae.load_state_dict({n: v.float() for n, v in source.items()}, strict=False)
    return vae, source


def capture_norms(new_layer, old_layer, given):
    """The old layer's output, and that of each of its norms by the new norm."""
    seen, hooks = {}, []
    for new, old in zip(norms_of(new_layer), norms_of(old_layer)):
        hooks.append(old.register_forward_hook(lambda _, inputs, y, key=new: seen.__setitem__(key, y)))
    with torch.no_grad():
        target = old_layer(given)
    for hook in hooks:
        hook.remove()
    return target, seen


def adapt(vae, pictures, little=(8, 2e-4), much=(80, 3e-3)):
    """pictures: (N, 3, H, W) in -1..1.  `little`, `much`: steps and learning rate of a layer.

    Two blocks have no shortcut here, and so learn more of their output anew.
    """
    old, source = old_vae()
    copy_weights(vae, source)
    x = given = pictures
    for number, (new_layer, old_layer) in enumerate(zip(layers(vae), layers(old))):
        given, seen = capture_norms(new_layer, old_layer, given)
        fit_norms(new_layer, x, seen)
        before = (even(new_layer(x), given) - given).square().mean() / given.var()
        lost = hasattr(old_layer, "nin_shortcut") and not hasattr(new_layer, "nin_shortcut")
        x = fit_layer(new_layer, x, given, *(much if lost else little))
        after = (even(x, given) - given).square().mean() / given.var()
        print(f"layer {number}: {before.item():.4f} -> {after.item():.4f}", flush=True)
