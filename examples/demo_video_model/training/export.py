"""Write the trained model as the folder that tessera loads, in half precision, and on request as a checkpoint.

    python export.py --state work --out model [--ckpt checkpoint]

The checkpoint folder holds model.ckpt, config.yaml and open_clip_config.json in the forms that
`tessera convert` reads.
"""
import argparse
import json
import os
import shutil
from collections import OrderedDict

import torch
from safetensors.torch import save_file

import image_demo
from sizes import SCHEDULE, TEXT, UNET, VAE, noise_schedule

PARTS = {"unet": "model.diffusion_model.", "vae": "first_stage_model.", "text": "cond_stage_model.model."}


def trained(state):
    """Half-precision tensors by VideoCrafter2's names, and the scale factor of the latents."""
    vae = torch.load(os.path.join(state, "vae_ready.pt"))
    tensors = {PARTS["vae"] + name: value for name, value in vae["weights"].items()}
    for name, value in torch.load(os.path.join(state, "unet.pt"))["average"].items():
        part, _, rest = name.partition(".")
        tensors[PARTS[part] + rest] = value
    broken = [n for n, v in tensors.items() if not (v.isfinite().all() and v.abs().max() < 6e4)]
    if broken:
        raise SystemExit(f"{broken[0]} does not fit half precision")
    return {n: v.half().contiguous() for n, v in tensors.items()}, vae["scale_factor"]


def write_folder(out, tensors, scale_factor):
    os.makedirs(out, exist_ok=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(os.path.join(image_demo.MODEL, "tokenizer_2", name), os.path.join(out, name))
    path = os.path.join(out, "model.safetensors")
    save_file(tensors, path)
    config = dict(format="tessera video model", version=1, unet=UNET, vae=dict(VAE, scale_factor=scale_factor), text=TEXT, schedule=SCHEDULE)
    with open(os.path.join(out, "config.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps(config, indent=1) + "\n")
    print(f"{path}: {sum(v.numel() for v in tensors.values())} parameters, {os.path.getsize(path) / 1e6:.2f} MB")


def yaml_lines(values, depth=0):
    for key, value in values.items():
        if isinstance(value, dict):
            yield f"{'  ' * depth}{key}:"
            yield from yaml_lines(value, depth + 1)
        else:
            yield f"{'  ' * depth}{key}: {json.dumps(value)}"


def videocrafter_config(scale_factor):
    unet = dict(in_channels=4, out_channels=4, model_channels=UNET["widths"][0], num_res_blocks=UNET["resnets_per_level"],
                num_head_channels=UNET["head_width"], transformer_depth=1, context_dim=UNET["context_width"], use_linear=True,
                temporal_conv=True, temporal_attention=True, temporal_selfatt_only=True, use_relative_position=False,
                use_causal_attention=False, temporal_length=UNET["temporal_length"], addition_attention=True, fps_cond=True)
    ddconfig = dict(double_z=True, z_channels=4, in_channels=3, out_ch=3, ch=VAE["widths"][0], num_res_blocks=VAE["resnets_per_level"])
    params = dict(linear_start=SCHEDULE["beta_start"], linear_end=SCHEDULE["beta_end"], timesteps=SCHEDULE["train_steps"],
                  scale_by_std=False, scale_factor=scale_factor, use_scale=True, scale_b=SCHEDULE["scale_end"],
                  unet_config=dict(params=unet), first_stage_config=dict(params=dict(embed_dim=4, ddconfig=ddconfig)),
                  cond_stage_config=dict(params=dict(layer="penultimate")))
    return dict(model=dict(params=params))


def write_checkpoint(out, tensors, scale_factor):
    os.makedirs(out, exist_ok=True)
    state = OrderedDict(tensors)
    prefix = PARTS["text"] + "transformer.resblocks."
    for name in [n for n in tensors if n.startswith(prefix + "0.")]:     # the last block, which does not run
        state[f"{prefix}{TEXT['layers']}.{name[len(prefix) + 2:]}"] = torch.zeros_like(tensors[name])
    _, scales = noise_schedule()
    state["scale_arr"] = scales.float()
    torch.save(dict(state_dict=state), os.path.join(out, "model.ckpt"))
    with open(os.path.join(out, "config.yaml"), "w", encoding="utf-8") as file:
        file.write("\n".join(yaml_lines(videocrafter_config(scale_factor))) + "\n")
    text = dict(context_length=TEXT["positions"], vocab_size=TEXT["vocabulary_size"], width=TEXT["width"], heads=TEXT["heads"],
                layers=TEXT["layers"] + 1)
    with open(os.path.join(out, "open_clip_config.json"), "w", encoding="utf-8") as file:
        json.dump(dict(text_cfg=text), file, indent=1)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--state", default="work")
    ap.add_argument("--out", default="model")
    ap.add_argument("--ckpt", help="folder for the checkpoint form")
    args = ap.parse_args()
    tensors, scale_factor = trained(args.state)
    write_folder(args.out, tensors, scale_factor)
    if args.ckpt:
        write_checkpoint(args.ckpt, tensors, scale_factor)


if __name__ == "__main__":
    main()
