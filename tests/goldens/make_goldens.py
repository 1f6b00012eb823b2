#!/usr/bin/env python3
"""Writes the golden files of this folder with diffusers and transformers.

    python3 make_goldens.py [networks] [samplers] [tokenizers]     (default: all three)

Every golden comes from the published implementations, run in float32 on the CPU on `parity_model/`, a tiny
random network in SDXL format. Inputs are drawn from fixed seeds and stored beside the outputs. README.md lists
the tensors and the package versions of the committed files.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

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


def networks():
    save("networks.safetensors", {**unet_goldens(), **vae_goldens(), **text_goldens()})


def main():
    chosen = sys.argv[1:] or ["networks", "samplers", "tokenizers"]
    for name in chosen:
        globals()[name]()


if __name__ == "__main__":
    main()
