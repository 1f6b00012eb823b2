"""Starts the networks from the image demo's weights.

That model has the same layers under other names, 8 groups in its norms instead of 32, and here and there
another width.  What overlaps is copied; it is a start, not the same function.
"""
import os

import torch
from safetensors.torch import load_file

RESNET = {"in_layers.0": "norm1", "in_layers.2": "conv1", "emb_layers.1": "time_emb_proj", "out_layers.0": "norm2",
          "out_layers.3": "conv2", "skip_connection": "conv_shortcut"}


def copy_overlap(module, source, prefix=""):
    """source: names as in the module -> tensors."""
    copied = 0
    for name, target in module.state_dict().items():
        given = source.get(name)
        if given is None:
            continue
        given = given.float().reshape(*given.shape, *[1] * (target.ndim - given.ndim))
        part = tuple(slice(0, min(a, b)) for a, b in zip(target.shape, given.shape))
        target[part] = given[part]
        copied += 1
    print(f"{prefix}: {copied} of {len(module.state_dict())} tensors begin as the image model's", flush=True)



def vae_names(source, levels):
    """diffusers' names -> VideoCrafter2's."""
    out = {}
    for name, value in source.items():
        for old, new in (("conv_norm_out", "norm_out"), ("conv_shortcut", "nin_shortcut"), ("mid_block.resnets.0", "mid.block_1"),
                         ("mid_block.resnets.1", "mid.block_2"), (".downsamplers.0.", ".downsample."),
                         (".upsamplers.0.", ".upsample."), ("down_blocks", "down"), ("up_blocks", "up"), ("resnets", "block")):
            name = name.replace(old, new)
        if ".up." in name:
            parts = name.split(".")
            parts[2] = str(levels - 1 - int(parts[2]))
            name = ".".join(parts)
        out[name] = value
    return out


def unet_places(sizes):
    """(name here, name in diffusers) of every residual block, spatial transformer and resampling layer."""
    levels, count = len(sizes["widths"]), sizes["resnets_per_level"]
    yield from (("middle_block.0", "mid_block.resnets.0"), ("middle_block.1", "mid_block.attentions.0"),
                ("middle_block.3", "mid_block.resnets.1"))
    for level, depth in enumerate(sizes["transformer_depths"]):
        for way, first, number, block in (("input", 1 + level * (count + 1), count, f"down_blocks.{level}"),
                                          ("output", (levels - 1 - level) * (count + 1), count + 1, f"up_blocks.{levels - 1 - level}")):
            for i in range(number):
                here = f"{way}_blocks.{first + i}"
                yield f"{here}.0", f"{block}.resnets.{i}"
                if depth:
                    yield f"{here}.1", f"{block}.attentions.{i}"
        yield f"input_blocks.{(level + 1) * (count + 1)}.0.op", f"down_blocks.{level}.downsamplers.0.conv"
        up = (levels - level) * (count + 1) - 1
        yield f"output_blocks.{up}.{3 if depth else 1}.conv", f"up_blocks.{levels - 1 - level}.upsamplers.0.conv"


def unet_names(source, sizes):
    out = {}
    plain = (("time_embed.0", "time_embedding.linear_1"), ("time_embed.2", "time_embedding.linear_2"),
             ("input_blocks.0.0", "conv_in"), ("out.0", "conv_norm_out"), ("out.2", "conv_out"))
    for here, there in (*plain, *unet_places(sizes)):
        back = {old: new for new, old in RESNET.items()}
        for name, value in source.items():
            if not name.startswith(there + "."):
                continue
            rest = name[len(there) + 1:]
            module, _, leaf = rest.rpartition(".")
            if ".resnets." in there:
                rest = f"{back[module]}.{leaf}"
            if "attn2.to_k" in rest or "attn2.to_v" in rest:
                value = value[:, -sizes["context_width"]:]         # the part of the second text encoder
            out[f"{here}.{rest}"] = value
    return out


def text_names(source):
    """transformers' names -> OpenCLIP's."""
    out = {"token_embedding.weight": source["text_model.embeddings.token_embedding.weight"],
           "positional_embedding": source["text_model.embeddings.position_embedding.weight"]}
    for leaf in ("weight", "bias"):
        out[f"ln_final.{leaf}"] = source[f"text_model.final_layer_norm.{leaf}"]
    for name in [n for n in source if n.endswith(".q_proj.weight")]:
        there = name.removesuffix(".self_attn.q_proj.weight")
        here = f"transformer.resblocks.{there.split('.')[-1]}"
        for leaf in ("weight", "bias"):
            out[f"{here}.attn.in_proj_{leaf}"] = torch.cat([source[f"{there}.self_attn.{p}_proj.{leaf}"] for p in "qkv"])
            for new, old in (("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"),
                             ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                out[f"{here}.{new}.{leaf}"] = source[f"{there}.{old}.{leaf}"]
    return out


def load(folder, part, file):
    return load_file(os.path.join(folder, part, file))


@torch.no_grad()
def start_unet(unet, folder):
    source = load(folder, "unet", "diffusion_pytorch_model.safetensors")
    copy_overlap(unet, unet_names(source, unet.sizes), "unet")


@torch.no_grad()
def start_text(text, folder):
    copy_overlap(text, text_names(load(folder, "text_encoder_2", "model.safetensors")), "text")
