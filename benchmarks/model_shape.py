"""Write the config and tokenizer files of a model with SDXL's layers, at full width or narrower, for `tessera bench --random-weights`.

    python3 benchmarks/model_shape.py sdxl-shape                       # SDXL base 1.0: 2 567 463 684 parameters in the U-Net
    python3 benchmarks/model_shape.py narrow --divide 5                # widths 64, 128, 256; heads of 64 channels stay
    tessera bench -m narrow --random-weights --resolutions 1024,2048 --repeat 3

Text towers have one layer, since no benchmark times them, and the tokenizer is that of the demo model.
"""
import argparse
import json
import pathlib
import shutil

DEMO = pathlib.Path(__file__).resolve().parent.parent / "examples" / "demo_model"
UNET_WIDTHS = [320, 640, 1280]
HEAD_WIDTH = 64
VAE_WIDTHS = [128, 256, 512, 512]
TEXT_WIDTHS = {"text_encoder": 768, "text_encoder_2": 1280}


def changed(source, **fields):
    return json.loads((DEMO / source).read_text()) | fields


def unet(divide):
    widths = [width // divide for width in UNET_WIDTHS]
    pooled = TEXT_WIDTHS["text_encoder_2"] // divide
    size_width = 256
    return changed(
        "unet/config.json", _name_or_path="", block_out_channels=widths, norm_num_groups=32,
        attention_head_dim=[max(1, width // HEAD_WIDTH) for width in widths],
        cross_attention_dim=sum(TEXT_WIDTHS.values()) // divide, sample_size=128,
        addition_time_embed_dim=size_width, projection_class_embeddings_input_dim=pooled + 6 * size_width,
        transformer_layers_per_block=[1, 2, 10],
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"])


def vae(divide):
    widths = [max(32, width // divide // 32 * 32) for width in VAE_WIDTHS]
    return changed("vae/config.json", _name_or_path="", block_out_channels=widths, norm_num_groups=32,
                   layers_per_block=2, sample_size=1024, scaling_factor=0.13025)


def text(folder, divide):
    width = TEXT_WIDTHS[folder] // divide
    return changed(f"{folder}/config.json", hidden_size=width, intermediate_size=4 * width, num_hidden_layers=1,
                   num_attention_heads=1, projection_dim=width)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="made anew")
    parser.add_argument("--divide", type=int, default=1, choices=[1, 2, 5, 10], help="divides all widths")
    arguments = parser.parse_args()
    configs = {"unet": unet(arguments.divide), "vae": vae(arguments.divide)}
    configs |= {folder: text(folder, arguments.divide) for folder in TEXT_WIDTHS}
    arguments.folder.mkdir(parents=True)
    for folder, config in configs.items():
        (arguments.folder / folder).mkdir()
        (arguments.folder / folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    for folder in ("scheduler", "tokenizer", "tokenizer_2"):
        shutil.copytree(DEMO / folder, arguments.folder / folder)
    shutil.copy(DEMO / "model_index.json", arguments.folder)


if __name__ == "__main__":
    main()
