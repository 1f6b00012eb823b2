"""Compare base, direct and FreeScale renders of the demo model: object counts and contact sheets.

    python examples/demo_model/compare_methods.py --out compare              # 12 prompts, one seed each
    python examples/demo_model/compare_methods.py --prompts 4 --tessera "mpirun -np 2 build/release/bin/tessera"

For every prompt and seed tessera renders the cascade with the demo preset, whose first picture is the base one, and plain sampling at
the last size (`--method-name direct`).  Counting is blind: the counter sees the pictures under names made of a hash, in the order of
these names, and the names are resolved afterwards.  The output folder holds the pictures, `counts.json`, `counts.txt`, one contact
sheet per method, and `methods.png` with all three side by side.  Pictures that are there already are not rendered again, so a run can
be stopped and started again; options of tessera after `--` go to every render:

    python examples/demo_model/compare_methods.py --out steps --jobs 2 -- --steps 30 --cpu-threads 1

Needs numpy, scipy and Pillow.
"""
import argparse
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image, ImageDraw

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "training"))
from count_objects import count_objects  # noqa: E402

METHODS = ("base", "direct", "freescale")
PROMPTS = (
    "a red hot-air balloon over green hills at sunset", "a blue sailboat on the sea in the morning",
    "a yellow lighthouse on an island in the sea at noon", "a pink tree by green hills on a sunny day",
    "a purple hot-air balloon over desert dunes at dawn", "an orange sailboat on a lake by snowy mountains at dusk",
    "a red lighthouse by snowy mountains in the morning", "an orange tree by desert dunes at sunset",
    "a green hot-air balloon over snowy mountains at noon", "a yellow sailboat on a lake by green hills under the stars",
    "a blue lighthouse by desert dunes at sunset", "a purple tree by snowy mountains at night",
)
TILE = 384             # side of a picture on a contact sheet, pixels
LABEL = 34             # height of the text under it


def run(tessera, options):
    """Runs `tessera render`; ends the program with its message if it fails.  Returns the seconds it took."""
    start = time.time()
    command = [*shlex.split(tessera), "render", "-q", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return time.time() - start


def render(args, index, prompt, seed, extra):
    """Renders what is missing of one prompt and seed; returns the paths by method and the seconds of each render."""
    paths = {m: os.path.join(args.out, f"{index:02d}_{seed}_{m}.png") for m in METHODS}
    common = ["--preset", "demo", "--model-path", HERE, "--prompt", prompt, "--seed", str(seed), *extra]
    seconds = {}
    if not (os.path.exists(paths["base"]) and os.path.exists(paths["freescale"])):
        with tempfile.TemporaryDirectory(dir=args.out) as folder:
            seconds["freescale"] = run(args.tessera, [*common, "--run-dir", os.path.join(folder, "run")])
            stages = sorted((Image.open(p).size[0], p) for p in files(folder, ".png"))
            shutil.copy(stages[0][1], paths["base"])
            shutil.copy(stages[-1][1], paths["freescale"])
    if not os.path.exists(paths["direct"]):
        size = Image.open(paths["freescale"]).size
        with tempfile.TemporaryDirectory(dir=args.out) as folder:
            seconds["direct"] = run(args.tessera, [*common, "--method-name", "direct", "--resolutions", f"{size[1]}x{size[0]}",
                                                   "--run-dir", os.path.join(folder, "run")])
            shutil.copy(files(folder, ".png")[0], paths["direct"])
    return paths, seconds


def files(folder, ending):
    return sorted(os.path.join(at, n) for at, _, names in os.walk(folder) for n in names if n.endswith(ending))


def count_blind(paths):
    """Object counts by path; the counter sees only hashed names, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        hidden = {}
        for path in paths:
            name = hashlib.sha256(open(path, "rb").read() + os.urandom(16)).hexdigest()[:16] + ".png"
            shutil.copy(path, os.path.join(folder, name))
            hidden[name] = path
        return {hidden[name]: count_objects(Image.open(os.path.join(folder, name)).convert("RGB")) for name in sorted(hidden)}


def tile(path, text):
    picture = Image.new("RGB", (TILE, TILE + LABEL), "white")
    picture.paste(Image.open(path).convert("RGB").resize((TILE, TILE), Image.LANCZOS))
    ImageDraw.Draw(picture).text((6, TILE + 4), text, fill="black")
    return picture


def sheet(tiles, columns):
    rows = -(-len(tiles) // columns)
    out = Image.new("RGB", (columns * TILE, rows * (TILE + LABEL)), "white")
    for i, t in enumerate(tiles):
        out.paste(t, (i % columns * TILE, i // columns * (TILE + LABEL)))
    return out


def table(items, counts):
    lines = [f"{'prompt':58s} {'seed':>6s} " + " ".join(f"{m:>9s}" for m in METHODS)]
    for item in items:
        lines.append(f"{item['prompt']:58s} {item['seed']:6d} " + " ".join(f"{counts[item['paths'][m]]:9d}" for m in METHODS))
    by_method = {m: np.array([counts[item["paths"][m]] for item in items]) for m in METHODS}
    lines.append(f"{'mean number of objects':65s} " + " ".join(f"{v.mean():9.2f}" for v in by_method.values()))
    lines.append(f"{'pictures with exactly one':65s} " + " ".join(f"{(v == 1).sum():6d}/{len(v):2d}" for v in by_method.values()))
    for m in METHODS:
        seconds = [item["seconds"][m] for item in items if m in item["seconds"]]
        if seconds:
            lines.append(f"seconds per {m} render: {np.mean(seconds):.1f}")
    return "\n".join(lines) + "\n"


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="Options after -- go to every render.")
    ap.add_argument("--tessera", default=os.path.join(HERE, "..", "..", "build", "release", "bin", "tessera"),
                    help="command that runs tessera, an mpirun line for example")
    ap.add_argument("--out", default="compare")
    ap.add_argument("--prompts", type=int, default=len(PROMPTS), help="how many of the twelve prompts")
    ap.add_argument("--seeds", type=int, default=1, help="seeds per prompt")
    ap.add_argument("--jobs", type=int, default=1, help="renders at a time; with one per core, end the line with -- --cpu-threads 1")
    ap.add_argument("--first-seed", type=int, default=1000, help="prompt i uses this + 100 i and following")
    given = sys.argv[1:]
    split = given.index("--") if "--" in given else len(given)
    args, extra = ap.parse_args(given[:split]), given[split + 1:]
    os.makedirs(args.out, exist_ok=True)

    def item_of(work):
        index, prompt, seed = work
        paths, seconds = render(args, index, prompt, seed, extra)
        print(f"{prompt}, seed {seed}:", *(f"{m} {s:.1f} s" for m, s in seconds.items()), flush=True)
        return dict(prompt=prompt, seed=seed, paths=paths, seconds=seconds)

    work = [(i, prompt, args.first_seed + 100 * i + k) for i, prompt in enumerate(PROMPTS[:args.prompts]) for k in range(args.seeds)]
    with ThreadPoolExecutor(args.jobs) as jobs:
        items = list(jobs.map(item_of, work))

    counts = count_blind([p for item in items for p in item["paths"].values()])
    text = table(items, counts)
    print(text, end="")
    open(os.path.join(args.out, "counts.txt"), "w").write(text)
    json.dump([dict(prompt=item["prompt"], seed=item["seed"], seconds=item["seconds"],
                    counts={m: counts[p] for m, p in item["paths"].items()}) for item in items],
              open(os.path.join(args.out, "counts.json"), "w"), indent=1)
    label = lambda item, m: f"{m}: {counts[item['paths'][m]]} object(s), seed {item['seed']}\n{item['prompt']}"
    for m in METHODS:
        sheet([tile(item["paths"][m], label(item, m)) for item in items], 4).save(os.path.join(args.out, f"sheet_{m}.png"))
    sheet([tile(item["paths"][m], label(item, m)) for item in items for m in METHODS], 3).save(os.path.join(args.out, "methods.png"))


if __name__ == "__main__":
    main()
