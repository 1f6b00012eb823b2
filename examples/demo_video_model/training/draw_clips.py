"""Procedural clips with captions: one vivid thing that moves through a quiet landscape.

Every clip is a set of shapes in the unit square, so it can be drawn at any size and
frame rate; a seed gives the same clip on every machine.  A frame rate of `fps` shows
the same movement in `fps` pictures a second, which is what the network is told.

    python draw_clips.py sheet.png         # some clips, one a row
"""
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

COLOURS = {"red": (0.86, 0.16, 0.14), "orange": (0.96, 0.52, 0.08), "yellow": (0.98, 0.84, 0.14),
           "blue": (0.14, 0.30, 0.86), "purple": (0.55, 0.18, 0.74)}
MOTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
SUBJECTS = {"ball": ("left", "right"), "boat": ("left", "right"), "cloud": ("left", "right"),
            "balloon": ("left", "right", "up", "down")}
SKY = {"noon": ((0.42, 0.66, 0.92), (0.84, 0.92, 0.97)), "sunset": ((0.44, 0.40, 0.66), (0.98, 0.76, 0.58))}
LIGHT = {"noon": (1.0, 1.0, 1.0), "sunset": (0.92, 0.74, 0.70)}
RATES = (12, 16, 20, 24, 28)


@dataclass(frozen=True)
class Clip:
    subject: str
    colour: str
    motion: str
    time: str
    fps: int
    seed: int


def random_clip(rng):
    pick = lambda options: list(options)[int(rng.integers(len(options)))]
    subject = pick(SUBJECTS)
    colour = "white" if subject == "cloud" else pick(COLOURS)
    return Clip(subject, colour, pick(SUBJECTS[subject]), pick(SKY), pick(RATES), int(rng.integers(2**31)))


def caption(clip, rng):
    pick = lambda *options: options[int(rng.integers(len(options)))]
    verb = {"ball": "rolls", "boat": "sails", "cloud": "drifts",
            "balloon": {"up": "rises", "down": "sinks"}.get(clip.motion, "drifts")}[clip.subject]
    upright = clip.motion in ("up", "down")
    way = verb if upright else pick(f"{verb} to the {clip.motion}", f"{verb} {clip.motion}", f"moves to the {clip.motion}")
    where = {"ball": pick("over green grass", "over grass"), "boat": pick("on the sea", "on blue water"),
             "cloud": "over green hills", "balloon": "over green hills"}[clip.subject]
    when = {"noon": pick("", "", " on a sunny day"), "sunset": " at sunset"}[clip.time]
    a = "an" if clip.colour == "orange" else "a"
    return f"{a} {clip.colour} {clip.subject} {way} {where}{when}"


class Frame:
    """A picture under construction; x runs to the right and y down, both in picture heights."""

    def __init__(self, height, width, light):
        self.size, self.light = height, np.array(light)
        self.y, self.x = (np.mgrid[:height, :width] + 0.5) / height
        self.pixels = np.zeros((height, width, 3))

    def paint(self, distance, colour, opacity=1.0):
        """Fills where the distance (in picture heights) is below 0, with an edge one pixel wide."""
        cover = np.clip(0.5 - distance * self.size, 0, 1)[..., None] * opacity
        self.pixels += cover * (np.asarray(colour) - self.pixels)

    def lit(self, colour):
        return np.asarray(colour) * self.light

    def ellipse(self, x, y, a, b):
        return (np.hypot((self.x - x) / a, (self.y - y) / b) - 1) * min(a, b)

    def polygon(self, corners):
        """Convex, corners clockwise as seen in the picture."""
        far = np.full(self.x.shape, -1.0)
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1]):
            length = np.hypot(x1 - x0, y1 - y0)
            far = np.maximum(far, ((y1 - y0) * (self.x - x0) - (x1 - x0) * (self.y - y0)) / length)
        return far


def blend(low, high, t):
    return np.asarray(low) + (np.asarray(high) - np.asarray(low)) * t[..., None]


def sky(frame, clip, rng):
    top, horizon = SKY[clip.time]
    frame.pixels[:] = blend(top, horizon, np.clip(frame.y / 0.65, 0, 1))
    x, y = rng.uniform(0.15, 0.85), 0.16 if clip.time == "noon" else 0.50
    frame.paint(frame.ellipse(x, y, 0.16, 0.16), (1.0, 0.95, 0.80), 0.25)
    frame.paint(frame.ellipse(x, y, 0.07, 0.07), (1.0, 0.97, 0.84))


def ridge(frame, base, height, colour, rng):
    phase, wave = rng.uniform(0, 6.3), rng.uniform(4, 7)
    top = base + height * np.sin(wave * frame.x + phase)
    frame.paint(top - frame.y, frame.lit(colour))


def hills(frame, rng):
    ridge(frame, 0.66, 0.05, (0.52, 0.68, 0.58), rng)
    ridge(frame, 0.78, 0.04, (0.40, 0.62, 0.36), rng)


def grass(frame, rng):
    ridge(frame, 0.60, 0.03, (0.50, 0.68, 0.54), rng)
    ground = blend(frame.lit((0.44, 0.68, 0.34)), frame.lit((0.26, 0.50, 0.22)), np.clip((frame.y - 0.66) / 0.34, 0, 1))
    frame.paint(0.66 - frame.y, ground)


def sea(frame, rng, seconds):
    depth = np.clip((frame.y - 0.60) / 0.40, 0, 1)
    water = blend(frame.lit((0.44, 0.66, 0.80)), frame.lit((0.16, 0.40, 0.62)), depth)
    phase = rng.uniform(0, 6.3)
    waves = np.sin(60 * np.sqrt(depth + 0.02) + 3 * np.sin(5 * frame.x + phase) - 4 * seconds)
    frame.paint(0.60 - frame.y, water + 0.035 * waves[..., None])


def ball(frame, x, colour, rng, start):
    r = rng.uniform(0.14, 0.18)
    y = 0.84 - r
    frame.paint(frame.ellipse(x, 0.845, r * 0.95, r * 0.22), frame.lit((0.16, 0.32, 0.14)), 0.7)
    inside = frame.ellipse(x, y, r, r)
    frame.paint(inside, frame.lit(colour))
    turn = (x - start) / r                                     # rolls without slipping
    across = -(frame.x - x) * np.sin(turn) + (frame.y - y) * np.cos(turn)
    frame.paint(np.maximum(inside, np.abs(across) - 0.28 * r), frame.lit((0.96, 0.95, 0.92)))


def boat(frame, x, colour, rng, seconds):
    size, y = rng.uniform(0.9, 1.15), 0.76 + 0.012 * np.sin(3 * seconds)
    at = lambda *corners: [(x + size * dx, y + size * dy) for dx, dy in corners]
    frame.paint(frame.ellipse(x, y + 0.085 * size, 0.20 * size, 0.02), frame.lit((0.12, 0.30, 0.48)), 0.6)
    frame.paint(frame.polygon(at((-0.008, -0.42), (0.008, -0.42), (0.008, 0.0), (-0.008, 0.0))), frame.lit((0.36, 0.26, 0.20)))
    frame.paint(frame.polygon(at((0.02, -0.40), (0.20, -0.04), (0.02, -0.04))), frame.lit(colour))
    frame.paint(frame.polygon(at((-0.02, -0.34), (-0.02, -0.04), (-0.15, -0.04))), frame.lit(colour))
    frame.paint(frame.polygon(at((-0.20, 0.0), (0.20, 0.0), (0.14, 0.08), (-0.14, 0.08))), frame.lit((0.50, 0.30, 0.18)))


def cloud(frame, x, y, rng):
    size = rng.uniform(0.9, 1.2)
    puffs = [(-0.17, 0.02, 0.08), (-0.07, -0.04, 0.11), (0.06, -0.03, 0.12), (0.17, 0.02, 0.08)]
    for shade, drop in ((0.84, 0.025), (1.0, 0.0)):
        for dx, dy, r in puffs:
            frame.paint(frame.ellipse(x + size * dx, y + size * dy + drop, size * r, size * r * 0.85), frame.lit((shade, shade, shade + 0.02)))


def balloon(frame, x, y, colour, rng):
    r = rng.uniform(0.15, 0.19)
    rope = [(x - 0.5 * r, y + 0.9 * r), (x + 0.5 * r, y + 0.9 * r), (x + 0.2 * r, y + 1.5 * r), (x - 0.2 * r, y + 1.5 * r)]
    frame.paint(frame.polygon(rope), frame.lit((0.62, 0.50, 0.40)), 0.6)
    basket = [(x - 0.2 * r, y + 1.5 * r), (x + 0.2 * r, y + 1.5 * r), (x + 0.16 * r, y + 1.85 * r), (x - 0.16 * r, y + 1.85 * r)]
    frame.paint(frame.polygon(basket), frame.lit((0.45, 0.28, 0.16)))
    frame.paint(frame.ellipse(x, y, r, 1.12 * r), frame.lit(colour))
    frame.paint(frame.ellipse(x, y, 0.36 * r, 1.12 * r), frame.lit((0.96, 0.95, 0.92)))


def place_at(clip, rng, aspect, seconds, duration):
    """Where the subject is: near the middle of the picture halfway through the clip."""
    dx, dy = MOTIONS[clip.motion]
    way = rng.uniform(0.38, 0.55) * (seconds - duration / 2)
    x = aspect * rng.uniform(0.42, 0.58) + dx * way
    return x, rng.uniform(0.28, 0.36) + 0.6 * dy * way, aspect * 0.5


def draw_frame(clip, number, frames, height, width):
    """(height, width, 3) uint8."""
    rng = np.random.default_rng(clip.seed)                     # the same numbers for every frame
    frame = Frame(height, width, LIGHT[clip.time])
    seconds = number / clip.fps
    x, y, start = place_at(clip, rng, width / height, seconds, (frames - 1) / clip.fps)
    sky(frame, clip, rng)
    {"ball": grass, "boat": partial(sea, seconds=seconds)}.get(clip.subject, hills)(frame, rng)
    colour = COLOURS.get(clip.colour)
    if clip.subject == "ball":
        ball(frame, x, colour, rng, start)
    elif clip.subject == "boat":
        boat(frame, x, colour, rng, seconds)
    elif clip.subject == "cloud":
        cloud(frame, x, y, rng)
    else:
        balloon(frame, x, y, colour, rng)
    return (frame.pixels.clip(0, 1) * 255).round().astype(np.uint8)


def draw(clip, frames=16, height=128, width=128):
    """(frames, height, width, 3) uint8."""
    return np.stack([draw_frame(clip, n, frames, height, width) for n in range(frames)])


def clip_of_seed(seed, frames=16, height=128, width=128, captions=2):
    """The random clip of a seed: (pixels, captions, frame rate)."""
    rng = np.random.default_rng(seed)
    clip = random_clip(rng)
    return draw(clip, frames, height, width), [caption(clip, rng) for _ in range(captions)], clip.fps


def clips_of_seeds(seeds, workers=2, **size):
    """The same for many seeds, in order."""
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(partial(clip_of_seed, **size), seeds, chunksize=8)


if __name__ == "__main__":
    from PIL import Image
    rows = []
    for index in range(10):
        pixels, (text, _), fps = clip_of_seed([0, index])
        print(f"{fps:2d} fps  {text}")
        rows.append(np.concatenate(list(pixels[::3]), 1))
    Image.fromarray(np.concatenate(rows, 0)).save(sys.argv[1] if len(sys.argv) > 1 else "sheet.png")
