#!/usr/bin/env python3
"""Writes the golden files of this folder with diffusers and transformers.

    python3 make_goldens.py [networks] [samplers] [tokenizers]     (default: all three)

Every golden comes from the published implementations, run in float32 on the CPU on `parity_model/`, a tiny
random network in SDXL format. Inputs are drawn from fixed seeds and stored beside the outputs. README.md lists
the tensors and the package versions of the committed files.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).resolve().parent
MODEL = HERE / "parity_model"
PROMPTS = ["a small red house by the sea, oil painting", "", "macro photo of a green beetle on a leaf, 4k"]


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def save(name, tensors):
    save_file({k: v.detach().contiguous() for k, v in tensors.items()}, str(HERE / name))
    print(name, sum(v.numel() * v.element_size() for v in tensors.values()), "bytes")


@torch.no_grad()
def unet_goldens():
    """One plain forward on a wide grid and one on a square grid; both guidance halves."""
    from diffusers import UNet2DConditionModel
    unet = UNet2DConditionModel.from_pretrained(str(MODEL / "unet"), torch_dtype=torch.float32).eval()
    out = {}
    for prefix, seed, (h, w), timestep, size in [("unet", 10, (24, 40), 681.0, (192, 320)),
                                                 ("unet_square", 20, (16, 16), 21.0, (128, 128))]:
        sample, context, pooled = randn(seed, 2, 4, h, w), randn(seed + 1, 2, 77, 80), randn(seed + 2, 2, 40)
        t = torch.tensor([timestep])
        ids = torch.tensor([[size[0], size[1], 0, 0, size[0], size[1]]] * 2, dtype=torch.float32)
        y = unet(sample, t[0], context, added_cond_kwargs={"text_embeds": pooled, "time_ids": ids}).sample
        out.update({f"{prefix}.sample": sample, f"{prefix}.timestep": t, f"{prefix}.context": context,
                    f"{prefix}.pooled": pooled, f"{prefix}.time_ids": ids, f"{prefix}.out": y})
    return out


@torch.no_grad()
def vae_goldens():
    from diffusers import AutoencoderKL
    vae = AutoencoderKL.from_pretrained(str(MODEL / "vae"), torch_dtype=torch.float32).eval()
    image = (randn(30, 1, 3, 64, 96) * 0.5).clamp(-1, 1)
    latents = randn(31, 1, 4, 8, 12)
    return {"vae.image": image, "vae.moments": vae.encode(image).latent_dist.parameters,
            "vae.latents": latents, "vae.decoded": vae.decode(latents).sample}


def load_text(folder, cls, ids):
    """The shipped configs carry the legacy eos_token_id 2; transformers then takes the argmax of the ids."""
    model = cls.from_pretrained(str(MODEL / folder), torch_dtype=torch.float32, attn_implementation="eager").eval()
    return model(ids, output_hidden_states=True)


@torch.no_grad()
def text_goldens():
    from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizerFast
    ids = [torch.tensor(CLIPTokenizerFast.from_pretrained(str(MODEL / t))(
        PROMPTS, padding="max_length", max_length=77, truncation=True).input_ids) for t in ("tokenizer", "tokenizer_2")]
    one = load_text("text_encoder", CLIPTextModel, ids[0])
    two = load_text("text_encoder_2", CLIPTextModelWithProjection, ids[1])
    return {"text.input_ids_1": ids[0].int(), "text.input_ids_2": ids[1].int(),
            "text.penultimate_1": one.hidden_states[-2], "text.penultimate_2": two.hidden_states[-2],
            "text.pooled": two.text_embeds}


def sampler_goldens():
    """Schedules of both samplers, trajectories of a few steps, and the fp16 state of the official program."""
    from diffusers import EulerAncestralDiscreteScheduler, EulerDiscreteScheduler
    out = {}
    for n in (7, 8, 20, 30, 50):
        s = EulerDiscreteScheduler.from_pretrained(str(MODEL / "scheduler"))
        s.set_timesteps(n)
        out.update({f"leading_{n}.timesteps": s.timesteps.double(), f"leading_{n}.sigmas": s.sigmas})
    for n in (4, 8, 16):
        s = EulerAncestralDiscreteScheduler.from_pretrained(str(MODEL / "scheduler_ancestral"))
        s.set_timesteps(n)
        out.update({f"trailing_{n}.timesteps": s.timesteps.double(), f"trailing_{n}.sigmas": s.sigmas})
    x, eps = randn(40, 1, 4, 4, 6) * 10, randn(41, 1, 4, 4, 6)
    out.update({"step.x": x, "step.eps": eps})
    euler = EulerDiscreteScheduler.from_pretrained(str(MODEL / "scheduler"))
    euler.set_timesteps(50)
    t = euler.timesteps[15]
    out["euler.scaled"] = euler.scale_model_input(x, t)
    out["euler.out"] = euler.step(eps, t, x).prev_sample
    half = [v.half() for v in (x, eps, euler.sigmas[15], euler.sigmas[16])]
    delta = (euler.sigmas[16] - euler.sigmas[15]).half()
    x0 = half[0] - half[2] * half[1]
    out["euler_half.out"] = half[0] + (half[0] - x0) / half[2] * delta
    out["euler_half.scaled"] = half[0] / ((euler.sigmas[15] ** 2 + 1) ** 0.5).half()
    ancestral = EulerAncestralDiscreteScheduler.from_pretrained(str(MODEL / "scheduler_ancestral"))
    ancestral.set_timesteps(4)
    t = ancestral.timesteps[1]
    ancestral.scale_model_input(x, t)
    out["ancestral.noise"] = randn(42, 1, 4, 4, 6)
    out["ancestral.out"] = ancestral.step(eps, t, x, generator=torch.Generator().manual_seed(42)).prev_sample
    return out


def bicubic_goldens():
    """torch's resize in double: any ratio per axis, also down and to another aspect."""
    out = {}
    for index, (source, target) in enumerate([((8, 12), (16, 24)), ((9, 7), (15, 20)), ((16, 10), (11, 10))]):
        x = randn(50 + index, 1, 3, *source)
        y = torch.nn.functional.interpolate(x.double(), size=target, mode="bicubic", align_corners=False)
        out.update({f"bicubic_{index}.in": x, f"bicubic_{index}.out": y.float()})
    return out


def samplers():
    save("samplers.safetensors", {**sampler_goldens(), **bicubic_goldens()})


def tokenizers():
    """`clip` cases from transformers' fast tokenizer; `clip_basic` cases are kept from the committed file.

    The slow tokenizer that `clip_basic` follows is the one of transformers 4.30.2 without ftfy; later releases
    changed it. Its ids were recorded with that version.
    """
    from transformers import CLIPTokenizerFast
    path = HERE / "tokenizer_cases.json"
    cases = json.loads(path.read_text(encoding="utf-8"))
    for folder in ("tokenizer", "tokenizer_2"):
        fast = CLIPTokenizerFast.from_pretrained(str(MODEL / folder))
        ids = fast(cases["prompts"], padding="max_length", max_length=77, truncation=True).input_ids
        cases["clip"][folder] = [trim(row) for row in ids]
    lines = [f'"prompts": {json.dumps(cases["prompts"], ensure_ascii=True)}']
    for kind in ("clip", "clip_basic"):
        rows = ",\n".join(f'"{folder}": {json.dumps(cases[kind][folder])}' for folder in cases[kind])
        lines.append(f'"{kind}": {{\n{rows}\n}}')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(path.name, len(cases["prompts"]), "prompts")


def trim(ids):
    """Without the run of equal pads at the end; the reader appends the last id up to 77."""
    end = len(ids)
    while end > 1 and ids[end - 1] == ids[end - 2]:
        end -= 1
    return ids[:end]


def networks():
    save("networks.safetensors", {**unet_goldens(), **vae_goldens(), **text_goldens()})


def main():
    chosen = sys.argv[1:] or ["networks", "samplers", "tokenizers"]
    for name in chosen:
        globals()[name]()


if __name__ == "__main__":
    main()
