"""Train the U-Net and the text tower on latents of drawn clips; continues where it stopped.

    python train_unet.py --state work --minutes 60         # needs work/latents-*.pt

Noise prediction with VideoCrafter2's schedule.  The first steps see single pictures, without the
temporal layers, which are the identity then; the others see clips.  Keeps an exponential average.
"""
import argparse
import copy
import os

import numpy as np
import torch

import image_demo
from optimizer import Muon
from parallel import train

from initial_weights import start_text, start_unet
from layers import channels_last
from make_latents import load_parts
from resume import load_state, save_state
from sizes import FRAMES, TEXT, UNET, noise_schedule
from text_tower import TextTower
from tokenizer import Tokenizer
from video_unet import VideoUnet

REVERSED = {"left": "right", "right": "left", "rises": "sinks", "sinks": "rises"}
MIRRORED = {"left": "right", "right": "left"}


class Denoiser(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.unet, self.text = VideoUnet(UNET), TextTower(TEXT)

    def forward(self, x, t, ids, fps, still):
        return self.unet(x, t, self.text(ids), fps, still)


class Clips:
    """Batches of (latents, token ids, frame rates)."""

    def __init__(self, state):
        self.latents, self.captions, self.fps = load_parts(state)
        self.tokenizer, self.known = Tokenizer(os.path.join(image_demo.MODEL, "tokenizer_2")), {}

    def ids(self, text):
        if text not in self.known:
            self.known[text] = self.tokenizer(text)
        return self.known[text]

    def one(self, rng):
        """A clip and its caption: as drawn, mirrored, backwards, or both."""
        index = int(rng.integers(len(self.latents)))
        z, options = self.latents[index].float(), self.captions[index]
        words = options[int(rng.integers(len(options)))].split()
        for chance, table, axis in ((0.5, MIRRORED, -1), (0.5, REVERSED, 1)):
            if rng.random() < chance:
                z, words = z.flip(axis), [table.get(word, word) for word in words]
        text = "" if rng.random() < 0.1 else " ".join(words)
        return z, self.ids(text), self.fps[index]

    def batch(self, rng, count, still):
        z, ids, fps = zip(*[self.one(rng) for _ in range(count)])
        if still:
            z = [clip[:, int(rng.integers(FRAMES))][:, None] for clip in z]
        return torch.stack(z), torch.stack(ids), torch.stack(fps)


class NoiseLevels:
    """Timesteps as often as min-SNR weighting would count them, plus a share of all."""

    def __init__(self):
        self.alphas, self.scales = noise_schedule()
        signal = self.alphas * self.scales**2 / (1 - self.alphas)
        chance = 0.2 + signal.clamp(max=5) / signal
        self.cumulative = torch.cumsum(chance / chance.sum(), 0).numpy()

    def draw(self, rng, count):
        even = (np.arange(count) + rng.random(count)) / count
        return torch.from_numpy(np.searchsorted(self.cumulative, even).clip(0, len(self.alphas) - 1))

    def add_noise(self, clean, t):
        shape = (-1, 1, 1, 1, 1)
        a, scale = self.alphas[t].float().view(shape), self.scales[t].float().view(shape)
        noise = torch.randn_like(clean)
        return a.sqrt() * scale * clean + (1 - a).sqrt() * noise, noise


def loss_of(net, clips, levels, rng, count, still):
    clean, ids, fps = clips.batch(rng, count, still)
    t = levels.draw(rng, count)
    x, noise = levels.add_noise(clean, t)
    return (net(x, t, ids, fps, still) - noise).square().mean()


def rate(step, options):
    """Warm up at the start of both parts, hold, then fall."""
    since = step if step < options.still_steps else step - options.still_steps
    done = step / options.steps
    return options.lr * min(1, (since + 1) / 50) * min(1, max(0.01, (1 - done) / 0.4))


class Training:
    def __init__(self, options):
        torch.manual_seed(0)
        self.options, self.path = options, os.path.join(options.state, "unet.pt")
        self.net = channels_last(Denoiser())
        self.average = copy.deepcopy(self.net)
        self.optimizer = Muon([self.net], options.lr)
        state = load_state(self.path, self.net, self.optimizer)
        if state is None:
            start_unet(self.net.unet, image_demo.MODEL)
            start_text(self.net.text, image_demo.MODEL)
            state = dict(step=0, average=self.net.state_dict())
        self.average.load_state_dict(state["average"])
        self.step, self.saved = state["step"], 0.0

    def save(self):
        save_state(self.path, self.net, self.optimizer, dict(step=self.step, average=self.average.state_dict()))

    def on_step(self, minutes):
        self.step += 1
        decay = min(self.options.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_([p.data for p in self.average.parameters()], [p.data for p in self.net.parameters()], 1 - decay)
        if minutes - self.saved > 3:
            self.saved = minutes
            self.save()

    def run(self):
        options, clips, levels = self.options, Clips(self.options.state), NoiseLevels()
        print(f"step {self.step}, {len(clips.latents)} clips", flush=True)

        def loss(rng):
            still = self.step < options.still_steps
            value = loss_of(self.net, clips, levels, rng, options.pictures if still else options.clips, still)
            return value, (value.detach(),)

        train(loss, list(self.net.parameters()), self.optimizer, options.minutes, lambda *_: rate(self.step, options),
              group=options.group, on_step=lambda _, minutes: self.on_step(minutes), seed=self.step, steps=options.steps - self.step)
        self.save()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--state", default="work", help="folder to continue from and to write to")
    ap.add_argument("--minutes", type=float, default=float("inf"), help="of this run")
    ap.add_argument("--still-steps", type=int, default=400)
    ap.add_argument("--steps", type=int, default=3000, help="of the whole training")
    ap.add_argument("--lr", type=float, default=1.5e-3)
    ap.add_argument("--pictures", type=int, default=8, help="a micro-batch of single pictures")
    ap.add_argument("--clips", type=int, default=1, help="a micro-batch of clips")
    ap.add_argument("--group", type=int, default=2, help="micro-batches per step")
    ap.add_argument("--ema", type=float, default=0.998)
    Training(ap.parse_args()).run()


if __name__ == "__main__":
    main()
