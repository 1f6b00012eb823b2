"""Draw clips and keep their scaled latents, captions and frame rates, in parts of 40 clips; goes on where it stopped.

    python make_latents.py --state work --clips 1600       # needs work/vae_ready.pt
"""
import argparse
import os
from concurrent.futures import ThreadPoolExecutor

import torch

import image_demo                                  # noqa: F401  (finds parallel)
from parallel import WORKERS

from draw_clips import clips_of_seeds
from layers import channels_last
from resume import load_state
from sizes import FRAMES, SIZE, VAE
from vae import Vae

PART = 40


def part_path(state, number):
    return os.path.join(state, f"latents-{number:04d}.pt")


@torch.no_grad()
def encode(vae, pixels, scale):
    """(T, H, W, 3) uint8 -> (4, T, h, w) half precision."""
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
    return (vae.encode(x.contiguous(memory_format=torch.channels_last))[0] * scale).transpose(0, 1).half()


def make_part(vae, scale, number, pool):
    seeds = [[7, i] for i in range(number * PART, (number + 1) * PART)]
    drawn = list(clips_of_seeds(seeds, WORKERS, frames=FRAMES, height=SIZE, width=SIZE))
    latents = pool.map(lambda d: encode(vae, d[0], scale), drawn)
    return dict(latents=torch.stack(list(latents)), captions=[d[1] for d in drawn], fps=torch.tensor([d[2] for d in drawn]))


def load_parts(state):
    """All that there is: latents (n, 4, T, h, w), captions, frame rates."""
    parts, number = [], 0
    while os.path.exists(part_path(state, number)):
        parts.append(torch.load(part_path(state, number)))
        number += 1
    if not parts:
        raise SystemExit(f"{part_path(state, 0)} is missing; make_latents.py writes it")
    join = lambda key: torch.cat([p[key] for p in parts])
    return join("latents"), [c for p in parts for c in p["captions"]], join("fps")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--state", default="work")
    ap.add_argument("--clips", type=int, default=1600)
    args = ap.parse_args()
    torch.set_num_threads(1)
    vae = Vae(VAE)
    state = load_state(os.path.join(args.state, "vae_ready.pt"), vae)
    channels_last(vae).eval()
    with ThreadPoolExecutor(WORKERS) as pool:
        for number in range((args.clips + PART - 1) // PART):
            path = part_path(args.state, number)
            if not os.path.exists(path):
                torch.save(make_part(vae, state["scale_factor"], number, pool), path + ".new")
                os.replace(path + ".new", path)
                print(f"clips {(number + 1) * PART}", flush=True)


if __name__ == "__main__":
    main()
