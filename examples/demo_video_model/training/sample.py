"""Sample clips from an exported model with DDIM and show some of their frames, one clip a row.

    python sample.py --model model --out sheet.png [--prompt "a red ball rolls to the right over green grass"]
"""
import argparse
import json
import math
import os

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from layers import channels_last
from sizes import noise_schedule
from text_tower import TextTower
from tokenizer import Tokenizer
from vae import Vae
from video_unet import VideoUnet

PROMPTS = ("a red ball rolls to the right over green grass", "a yellow boat sails to the left on the sea at sunset",
           "a white cloud drifts to the left over green hills", "a purple balloon rises over green hills",
           "a blue boat sails to the right on blue water", "an orange balloon drifts to the left over green hills at sunset")


class Model:
    def __init__(self, folder):
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            self.config = json.load(file)
        tensors = load_file(os.path.join(folder, "model.safetensors"))
        self.unet = self.part(VideoUnet(self.config["unet"]), tensors, "model.diffusion_model.")
        self.vae = self.part(Vae(self.config["vae"]), tensors, "first_stage_model.")
        self.text = self.part(TextTower(self.config["text"]), tensors, "cond_stage_model.model.")
        self.tokenizer = Tokenizer(folder)

    @staticmethod
    def part(module, tensors, prefix):
        module.load_state_dict({n[len(prefix):]: v.float() for n, v in tensors.items() if n.startswith(prefix)})
        return channels_last(module).eval()

    def context(self, prompt):
        return self.text(self.tokenizer(prompt)[None])

    def noise_of(self, x, t, contexts, fps, guidance):
        """e_u + g (e_c - e_u)."""
        call = lambda context: self.unet(x, torch.tensor([t]), context, torch.tensor([fps]))
        wanted, other = (call(c) for c in contexts)
        return other + guidance * (wanted - other)

    def decode(self, z):
        """(1, 4, T, h, w) -> (T, H, W, 3) uint8."""
        frames = self.vae.decode(z[0].transpose(0, 1) / self.config["vae"]["scale_factor"])
        return ((frames.clamp(-1, 1) + 1) * 127.5).round().permute(0, 2, 3, 1).to(torch.uint8).numpy()


@torch.no_grad()
def sample(model, prompt, seed, height=128, width=128, frames=16, steps=20, guidance=5.0, fps=16):
    alphas, scales = noise_schedule()
    stride = 1000 // steps
    times = list(range(1, 1001, stride))
    before = [0, *times[:-1]]
    contexts = [model.context(prompt), model.context("")]
    x = torch.randn(1, 4, frames, height // 8, width // 8, generator=torch.Generator().manual_seed(seed))
    for t, last in zip(reversed(times), reversed(before)):
        e = model.noise_of(x, t, contexts, fps, guidance)
        a, b = alphas[t].item(), alphas[last].item()
        clean = (x - math.sqrt(1 - a) * e) / math.sqrt(a) / scales[t].item()
        x = math.sqrt(b) * scales[last].item() * clean + math.sqrt(1 - b) * e
    return model.decode(x)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", default="model")
    ap.add_argument("--out", default="sheet.png")
    ap.add_argument("--prompt", action="append")
    ap.add_argument("--size", type=int, nargs=2, default=(128, 128), metavar=("WIDTH", "HEIGHT"))
    ap.add_argument("--steps", type=int, default=20)
    ap.add_argument("--guidance", type=float, default=5.0)
    ap.add_argument("--fps", type=int, default=16)
    ap.add_argument("--seed", type=int, default=0)
    args = ap.parse_args()
    model, rows = Model(args.model), []
    for number, prompt in enumerate(args.prompt or PROMPTS):
        clip = sample(model, prompt, args.seed + number, args.size[1], args.size[0], 16, args.steps, args.guidance, args.fps)
        rows.append(np.concatenate(list(clip[::3]), 1))
        print(prompt, flush=True)
    Image.fromarray(np.concatenate(rows, 0)).save(args.out)


if __name__ == "__main__":
    main()
