"""Count the vivid objects in pictures.

In the drawn scenes only the object is strongly coloured.  A pixel's vividness is its chroma (largest minus smallest colour channel)
over its brightness plus a constant, so dark colours stand out from a pale sky as bright ones do; the magenta part counts half more,
since it makes purple and pink and no landscape has it.  Objects are connected vivid regions that are not tiny, neither in
the picture nor next to the largest of them, and that do not lie along a side of the picture as ground or sky would.

    python count_objects.py picture.png ...     # counts
    python count_objects.py --self-test         # drawings with 1 to 16 objects, bright and dark (needs skia-python)

Needs numpy, scipy and Pillow.
"""
import sys

import numpy as np
from scipy import ndimage

DARK = 0.25            # added to the brightness; keeps the night sky from being vivid
OUTLINE, VIVID = 0.40, 0.42   # vividness that outlines a region, and what VIVID_SHARE of it must reach
VIVID_SHARE = 0.35
MIN_AREA = 0.0010      # of the picture
MIN_RELATIVE = 0.10    # of the largest region
MAX_SIDE = 0.20        # share of one side of the picture that an object may touch
GRID = 512             # longest side used for counting


def reduced(picture):
    """A uint8 picture [H, W, 3] as floats in 0 .. 1, reduced to GRID and slightly blurred, and the filters' unit of length in pixels."""
    x = np.asarray(picture, np.float32)[..., :3] / 255
    step = max(1, round(max(x.shape[:2]) / GRID))
    h, w = x.shape[0] // step, x.shape[1] // step
    x = x[:h * step, :w * step].reshape(h, step, w, step, 3).mean((1, 3))
    unit = max(h, w) / 256                                   # filter sizes are meant for 256 pixels
    return ndimage.gaussian_filter(x, (0.8 * unit, 0.8 * unit, 0)), unit


def vividness_of(x):
    magenta = np.maximum(0, np.minimum(x[..., 0], x[..., 2]) - x[..., 1])
    return (x.max(-1) - x.min(-1) + 0.5 * magenta) / (x.max(-1) + DARK)


def hue_class(x):
    """0 red to yellow, 1 green, 2 blue, 3 purple to pink, for each pixel."""
    r, g, b = np.moveaxis(x, -1, 0)
    degrees = np.degrees(np.arctan2(3 ** 0.5 * (g - b), 2 * r - g - b)) % 360
    return np.digitize(degrees, (70, 170, 255, 345)) % 4


def regions_of(mask):
    """Labels [h, w] of the connected regions of a mask, and of each the area and the largest share of a side that it touches."""
    labels, n = ndimage.label(mask, np.ones((3, 3)))
    sides = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    touching = np.max([np.bincount(s, minlength=n + 1)[1:] / len(s) for s in sides], 0)
    return labels, np.bincount(labels.ravel(), minlength=n + 1)[1:], touching


def object_regions(picture):
    """Labels [h, w] of the vivid regions and the list of those that count as objects."""
    x, unit = reduced(picture)
    vividness, hues = vividness_of(x), hue_class(x)
    mask = vividness > OUTLINE
    for hue in range(4):                                     # vivid ground, sea or sky
        labels, _, touching = regions_of(mask & (hues == hue))
        mask &= ~np.isin(labels, np.nonzero(touching > MAX_SIDE)[0] + 1)
    radius = max(1, round(1.5 * unit))
    disc = np.hypot(*np.mgrid[-radius:radius + 1, -radius:radius + 1]) <= radius + 0.5
    mask = ndimage.binary_closing(np.pad(mask, radius), disc)[radius:-radius, radius:-radius]
    labels, areas, touching = regions_of(mask)
    vivid = np.bincount(labels.ravel(), (vividness > VIVID).ravel(), minlength=len(areas) + 1)[1:]
    good = (areas >= MIN_AREA * mask.size) & (vivid >= VIVID_SHARE * areas) & (touching <= MAX_SIDE)
    if good.any():
        good &= areas >= MIN_RELATIVE * areas[good].max()
    return labels, (np.nonzero(good)[0] + 1).tolist()


def count_objects(picture):
    """Number of objects in a uint8 picture [H, W, 3]."""
    return len(object_regions(picture)[1])


def drawing(rng, count, shade):
    """A drawing with `count` objects, their colours multiplied by `shade`."""
    import draw_scenes
    colours = dict(draw_scenes.COLOURS)
    draw_scenes.COLOURS.update({name: draw_scenes.shade(c, shade) for name, c in colours.items()})
    try:
        if count == 1:
            return draw_scenes.draw(draw_scenes.random_scene(rng), int(rng.choice([256, 512, 1024])))
        columns = {2: 2, 3: 3, 4: 2, 16: 4}[count]               # scenes beside each other
        tiles = [draw_scenes.draw(draw_scenes.random_scene(rng), 256) for _ in range(count)]
        return np.concatenate([np.concatenate(tiles[i:i + columns], 1) for i in range(0, count, columns)], 0)
    finally:
        draw_scenes.COLOURS.update(colours)


def self_test(pictures=40):
    """Counts drawings whose number of objects is known; true if at least 95 % are right in every group."""
    rng, shares = np.random.default_rng(123), []
    for shade in (1.0, 0.75, 0.55):
        for count in (1, 2, 3, 4, 16):
            found = [count_objects(drawing(rng, count, shade)) for _ in range(pictures if count < 16 else pictures // 4)]
            shares.append(np.mean(np.array(found) == count))
            wrong = [f for f in found if f != count]
            print(f"shade {shade:.2f}, {count:2d} object(s): {shares[-1]:.0%} of {len(found)} drawings counted correctly", wrong or "")
    return min(shares) >= 0.95


if __name__ == "__main__":
    if "--self-test" in sys.argv:
        sys.exit(0 if self_test() else 1)
    from PIL import Image
    for name in sys.argv[1:]:
        print(name, count_objects(Image.open(name).convert("RGB")))
