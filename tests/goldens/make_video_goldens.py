#!/usr/bin/env python3
"""make_video_goldens.py FIXTURES: cut video.safetensors out of recorded runs of VideoCrafter and FreeNoise.

FIXTURES holds model/model.safetensors, case_t2v and case_freenoise (README.md). The result holds, under the names of the
files, the weights of one block of every kind, of the autoencoder and of the text tower, and what these layers were
recorded to take and give. Needs numpy and safetensors.
"""
import pathlib
import re
import sys

from safetensors.numpy import load_file, save_file

WEIGHTS = [
    r"model\.diffusion_model\.input_blocks\.7\.",
    r"model\.diffusion_model\.init_attn\.0\.transformer_blocks\.0\.attn1\.",
    r"model\.diffusion_model\.(time_embed|fps_embedding)\.",
    r"first_stage_model\.",
    r"cond_stage_model\.model\.(token_embedding|positional_embedding|ln_final|transformer\.resblocks\.[012]\.)",
]
CAPTURES = [
    r"input_blocks\.7\.[01]\.",
    r"input_blocks\.7\.2\.(in|out|transformer_blocks\.0\.(attn1|ff)\.(in|out))$",
    r"init_attn\.0\.transformer_blocks\.0\.attn1\.",
    r"block\.(time_embed|fps_embedding)\.",
    r"unet\.(timestep|fps)",
    r"frame00\.",
]


def chosen(tensors, patterns):
    return {name: value for name, value in tensors.items() if any(re.match(p, name) for p in patterns)}


def main():
    fixtures = pathlib.Path(sys.argv[1])
    result = chosen(load_file(fixtures / "model/model.safetensors"), WEIGHTS)
    for case in ("case_t2v", "case_freenoise"):
        recorded = {}
        for part in ("inject", "trace", "layers"):
            recorded.update(load_file(fixtures / case / f"{part}.safetensors"))
        kept = chosen(recorded, CAPTURES)
        if case == "case_t2v":
            kept.update(chosen(recorded, [r"text\."]))
            kept["frame00.latents"] = recorded["step04.latents"][:, :, 0].copy()
        result.update({f"{case}/{name}": value for name, value in kept.items()})
    save_file(result, pathlib.Path(__file__).parent / "video.safetensors")


if __name__ == "__main__":
    main()
