"""Train the autoencoder (f8, 4 channels) on pictures and crops of drawn clips; continues where it stopped.

    python train_vae.py --state work --minutes 30
"""
import argparse
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

import image_demo                                  # noqa: F401  (finds the two modules below)
from optimizer import Muon
from parallel import train

from adapt_vae import adapt
from draw_clips import draw_frame, random_clip
from layers import channels_last
from resume import load_state, save_state
from sizes import FRAMES, SIZE, VAE
from vae import Vae

SHAPES = ((64, 4, 0.6), (128, 1, 0.37), (256, 1, 0.03))  # side of the crop, batch, probability


def picture(rng, least):
    height = max(least, int(rng.choice([128, 256], p=[0.75, 0.25])))
    return draw_frame(random_clip(rng), int(rng.integers(FRAMES)), FRAMES, height, height)


def to_input(drawn):
    x = torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
    return x.contiguous(memory_format=torch.channels_last)


def crops(rng, side, count):
    cut = []
    for _ in range(count):
        p = picture(rng, side)
        y, x = (int(rng.integers(p.shape[0] - side + 1)) for _ in range(2))
        cut.append(p[y:y + side, x:x + side])
    return to_input(cut)


def edges(x):
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def loss_of(vae, rng):
    side, count, _ = SHAPES[rng.choice(len(SHAPES), p=[s[2] for s in SHAPES])]
    x = crops(rng, side, count)
    mean, logvar = vae.encode(x)
    z = mean + (0.5 * logvar).exp() * torch.randn_like(mean)
    if rng.random() < 0.25:                        # mirrored latents are those of the mirrored picture
        z, x = z.flip(-1), x.flip(-1)
    y = vae.decode(z)
    l1 = F.l1_loss(y, x)
    edge = sum(F.l1_loss(a, b) for a, b in zip(edges(y), edges(x)))
    kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
    return l1 + 0.5 * edge + 1e-4 * kl, (l1.detach(), edge.detach(), kl.detach())


@torch.no_grad()
def measure(vae, count=24):
    """Spread of the latents, and the signal-to-noise ratio of whole pictures."""
    rng, latents, ratios = np.random.default_rng(10**6), [], []
    for _ in range(count):
        x = to_input([draw_frame(random_clip(rng), int(rng.integers(FRAMES)), FRAMES, SIZE, SIZE)])
        latents.append(vae.encode(x)[0])
        ratios.append(10 * math.log10(4 / F.mse_loss(vae.decode(latents[-1]).clamp(-1, 1), x).item()))
    return torch.cat(latents), float(np.mean(ratios))


@torch.no_grad()
def normalise(vae):
    """Gives every latent channel mean 0 and the same spread, by the 1x1 convolutions around it; returns 1 / spread."""
    latents, ratio = measure(vae)
    mean, std = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    k = std.mean() / std
    before, after = vae.quant_conv, vae.post_quant_conv
    before.weight[:4] *= k[:, None, None, None]
    before.bias[:4] = (before.bias[:4] - mean) * k
    before.bias[4:] += 2 * k.log()
    after.bias += after.weight[:, :, 0, 0] @ mean
    after.weight /= k[None, :, None, None]
    print(f"PSNR {ratio:.2f} dB; scale factor {1 / std.mean().item():.5f}", flush=True)
    return round(1 / std.mean().item(), 5)


def rate(step, options):
    return options.lr * min(1, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * min(1, step / options.steps)))


def continue_training(vae, options):
    """Returns the steps done so far."""
    optimizer, path = Muon([vae], options.lr), os.path.join(options.state, "vae.pt")
    state = load_state(path, vae, optimizer)
    if state is None:
        adapt(vae, crops(np.random.default_rng(1), 64, 12))
        state = dict(step=0)
        save_state(path, vae, optimizer, state)
    base, saved = state["step"], [0.0]

    def on_step(step, minutes):
        if minutes - saved[0] > 3:
            saved[0] = minutes
            save_state(path, vae, optimizer, dict(step=base + step))

    params = [p for p in vae.parameters() if p.requires_grad]
    steps = train(lambda rng: loss_of(vae, rng), params, optimizer, options.minutes, lambda _, step: rate(base + step, options),
                  on_step=on_step, seed=base, steps=options.steps - base)
    save_state(path, vae, optimizer, dict(step=base + steps))
    return base + steps


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--state", default="work", help="folder to continue from and to write to")
    ap.add_argument("--minutes", type=float, default=float("inf"), help="of this run")
    ap.add_argument("--steps", type=int, default=500, help="of the whole training; then vae_ready.pt is written")
    ap.add_argument("--lr", type=float, default=1e-3)
    options = ap.parse_args()
    torch.manual_seed(0)
    vae = channels_last(Vae(VAE))
    step = continue_training(vae, options)
    if step >= options.steps:
        scale = normalise(vae.eval())
        save_state(os.path.join(options.state, "vae_ready.pt"), vae, None, dict(step=step, scale_factor=scale))


if __name__ == "__main__":
    main()
