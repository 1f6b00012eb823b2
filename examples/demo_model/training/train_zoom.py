"""Train on, half on whole scenes and half on zoomed-in crops, so that the network knows detail at 2x and 4x of its base size.

    python train_zoom.py --model model --out work --minutes 80

A crop is a 32 x 32 window of the latents of a scene drawn at 512 or 1024 pixels.  The cascade enlarges a finished picture and restarts
at timestep 700 with the size conditioning of its first stage, so crops are trained at timesteps up to 720 and with the same
conditioning, (256, 256, 0, 0, 256, 256), as whole scenes.
"""
import argparse
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection

import train_unet
from build_text import load_tokenizers
from draw_scenes import random_pictures
from optimizer import Muon
from parallel import WORKERS, train
from train_vae import NoAttention

WINDOW = 32                        # latent cells of a crop, one per 8 pixels
LAST_ZOOMED_TIMESTEP = 720


def encode_scenes(vae, size, count, path, seed=91):
    """Latents of scenes drawn at `size` pixels (of a random 512-pixel part where they are larger), and four captions of each.

    The shape is [count, 4, side/8, side/8]; the result is kept in `path`.
    """
    if os.path.exists(path):
        return torch.load(path)
    side, rng = min(size, 512), np.random.default_rng([seed, size])
    latents, texts = torch.empty(count, 4, side // 8, side // 8), []
    example = torch.zeros(1, 3, 256, 256).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        moments = torch.jit.freeze(torch.jit.trace(torch.nn.Sequential(vae.encoder, vae.quant_conv).eval(), example))

    def encode(pictures):
        torch.set_num_threads(1)
        x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        with torch.no_grad():
            return moments(x.contiguous(memory_format=torch.channels_last))[:, :4] * vae.config.scaling_factor

    chunk, batch = 8 * 1024 // size, max(1, 512 // size)
    with ThreadPoolExecutor(WORKERS) as threads:
        for first in range(0, count, chunk):
            drawn = list(random_pictures([[seed, size, i] for i in range(first, min(first + chunk, count))], size, 4))
            texts += [t for _, t in drawn]
            corners = rng.integers(size - side + 1, size=(len(drawn), 2))
            pictures = [p[y:y + side, x:x + side] for (p, _), (y, x) in zip(drawn, corners)]
            parts = threads.map(encode, [pictures[i:i + batch] for i in range(0, len(pictures), batch)])
            latents[first:first + len(pictures)] = torch.cat(list(parts))
    torch.save((latents, texts), path)
    print("scenes", size, count, flush=True)
    return latents, texts


class Scenes:
    """Scenes of one size: latents and token rows, and random windows of them."""

    def __init__(self, latents, texts, tokenizers):
        self.latents, self.tokens = latents, train_unet.tokenize(tokenizers, texts)

    def windows(self, rng, n):
        pick = rng.integers(len(self.latents), size=n)
        room = self.latents.shape[-1] - WINDOW + 1
        out = []
        for i in pick:
            y, x = rng.integers(room, size=2)
            z = self.latents[i, :, y:y + WINDOW, x:x + WINDOW]
            out.append(z.flip(-1) if rng.random() < 0.5 else z)
        which = rng.integers(self.tokens[0].shape[1], size=n)
        return torch.stack(out), [ids[pick, which] for ids in self.tokens]


def noise_levels(last):
    """Cumulative chances of the timesteps 0 .. last: as often as min-SNR weighting counts them, plus a share of all."""
    s = train_unet.SCHEDULER
    betas = torch.linspace(s["beta_start"] ** 0.5, s["beta_end"] ** 0.5, 1000, dtype=torch.float64) ** 2
    alphas = torch.cumprod(1 - betas, 0)
    snr = alphas / (1 - alphas)
    chance = (0.2 + snr.clamp(max=5) / snr)[:last + 1]
    return alphas, torch.cumsum(chance / chance.sum(), 0).numpy()


def timesteps(rng, cumulative, n):
    """n timesteps, one from each of n equal parts of the distribution, shuffled."""
    t = np.searchsorted(cumulative, (np.arange(n) + rng.random(n)) / n).clip(0, len(cumulative) - 1)
    return t[rng.permutation(n)]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", default="model")
    ap.add_argument("--out", default="work")
    ap.add_argument("--scenes", type=int, nargs=3, default=[1600, 200, 200], help="drawn at 256, 512 and 1024 pixels")
    ap.add_argument("--minutes", type=float, default=80)
    ap.add_argument("--lr", type=float, default=1.2e-3)
    ap.add_argument("--half", type=int, default=4, help="whole scenes, and as many crops, in a micro-batch")
    ap.add_argument("--group", type=int, default=2, help="micro-batches per optimizer step")
    ap.add_argument("--ema", type=float, default=0.997)
    ap.add_argument("--seed", type=int, default=3)
    args = ap.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)

    part = lambda cls, name: cls.from_pretrained(os.path.join(args.model, name)).float()
    vae = part(AutoencoderKL, "vae").to(memory_format=torch.channels_last).eval()
    vae.encoder.mid_block.attentions[0] = NoAttention()              # its output weights are zero
    tokenizers = load_tokenizers(args.model)
    whole, double, quadruple = (
        Scenes(*encode_scenes(vae, size, n, os.path.join(args.out, f"latents-{size}-{n}.pt")), tokenizers)
        for size, n in zip((256, 512, 1024), args.scenes))

    net = train_unet.Denoiser(part(CLIPTextModel, "text_encoder"), part(CLIPTextModelWithProjection, "text_encoder_2"),
                              part(UNet2DConditionModel, "unet")).to(memory_format=torch.channels_last)
    params = [p for p in net.parameters() if p.requires_grad]
    average = [p.detach().clone() for p in params]
    alphas, all_levels = noise_levels(999)
    _, late_levels = noise_levels(LAST_ZOOMED_TIMESTEP)

    def loss_of(rng):
        n = args.half
        zoomed = double if rng.random() < 0.5 else quadruple
        (clean, ids), (crops, crop_ids) = whole.windows(rng, n), zoomed.windows(rng, n)
        clean, ids = torch.cat([clean, crops]), [torch.cat(pair) for pair in zip(ids, crop_ids)]
        time_ids = torch.tensor([[256.0, 256, 0, 0, 256, 256]]).repeat(2 * n, 1)
        for i in np.nonzero(rng.random(n) < 0.15)[0]:                # other sizes mean nothing
            time_ids[i, :2] = time_ids[i, 4:] = float(rng.choice([512, 1024, 2048, 4096]))
        keep = torch.from_numpy((rng.random(2 * n) >= 0.1).astype(np.float32))
        t = torch.from_numpy(np.concatenate([timesteps(rng, all_levels, n), timesteps(rng, late_levels, n)]))
        a = alphas[t].float()[:, None, None, None]
        noise = torch.randn_like(clean)
        x = (a.sqrt() * clean + (1 - a).sqrt() * noise).contiguous(memory_format=torch.channels_last)
        error = (net(x, t, *ids, keep, time_ids) - noise).square().mean((1, 2, 3))
        return error.mean(), (error[:n].mean().detach(), error[n:].mean().detach())

    def lr_at(done, step):                                           # warm up, hold, then fall
        return args.lr * min(1, (step + 1) / 40) * min(1, max(0.02, (1 - done) / 0.75))

    def save():
        with torch.no_grad():
            current = [p.detach().clone() for p in params]
            for p, a in zip(params, average):
                p.data.copy_(a)
            train_unet.save_model(net, args.out)
            for p, c in zip(params, current):
                p.data.copy_(c)

    saved = [0.0]

    def on_step(step, minutes):
        torch._foreach_lerp_(average, [p.data for p in params], 1 - min(args.ema, (1 + step) / (10 + step)))
        if minutes - saved[0] > 5:
            saved[0] = minutes
            save()

    for name in ("vae", "tokenizer", "tokenizer_2"):
        shutil.copytree(os.path.join(args.model, name), os.path.join(args.out, name), dirs_exist_ok=True)
    steps = train(loss_of, params, Muon([net], args.lr), args.minutes, lr_at, group=args.group, on_step=on_step, seed=args.seed)
    save()
    print("steps", steps)


if __name__ == "__main__":
    main()
