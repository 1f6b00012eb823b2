#!/usr/bin/env python3
"""Makes video_checkpoint/model.ckpt: VideoCrafter2's format with tiny networks, as torch.save writes it.

Only the standard library is used: stand-ins for the few names of torch give the same pickle. The names of
the tensors are written down here from VideoCrafter's module structure, apart from those in model/video.
Element i of a tensor is ((i + length of its name) mod 64) / 64; tables of the schedule are computed.
"""
import collections
import pathlib
import pickle
import struct
import sys
import types
import zipfile

CHANNELS, HEAD, CONTEXT, WIDTHS, EMBEDDING = 8, 4, 8, [8, 16], 32
DEPTHS = [1, 0]
VAE_WIDTHS, LATENT = [4, 8], 4
TEXT_WIDTH, TEXT_BLOCKS, VOCABULARY, POSITIONS = 8, 3, 2014, 77


def stand_in(module, name):
    def value(*args):
        raise RuntimeError("only pickled, never called")

    value.__name__ = value.__qualname__ = name
    value.__module__ = module
    sys.modules.setdefault(module, types.ModuleType(module))
    setattr(sys.modules[module], name, value)
    return value


REBUILD = stand_in("torch._utils", "_rebuild_tensor_v2")
HALF = stand_in("torch", "HalfStorage")
FLOAT = stand_in("torch", "FloatStorage")


class Storage:
    def __init__(self, kind, code, values):
        self.kind, self.count = kind, len(values)
        self.bytes = struct.pack("<%d%s" % (len(values), code), *values)


class Tensor:
    def __init__(self, storage, shape):
        self.storage, self.shape = storage, tuple(shape)

    def __reduce_ex__(self, protocol):
        strides, step = [], 1
        for side in reversed(self.shape):
            strides.insert(0, step)
            step *= side
        return REBUILD, (self.storage, 0, self.shape, tuple(strides), False, collections.OrderedDict())


class Pickler(pickle.Pickler):
    def __init__(self, file):
        super().__init__(file, protocol=2)
        self.storages = []

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        self.storages.append(value)
        return ("storage", value.kind, str(len(self.storages) - 1), "cpu", value.count)


weights = collections.OrderedDict()


def tensor(name, *shape):
    count = 1
    for side in shape:
        count *= side
    values = [((i + len(name)) % 64) / 64 for i in range(count)]
    weights[name] = Tensor(Storage(HALF, "e", values), shape)


def layer(name, *shape):
    tensor(name + ".weight", *shape)
    tensor(name + ".bias", shape[0])


def resnet_2d(name, out, inner, first, second, skip):
    layer(name + first[0], inner)
    layer(name + first[1], out, inner, 3, 3)
    layer(name + second[0], out)
    layer(name + second[1], out, out, 3, 3)
    if out != inner:
        layer(name + skip, out, inner, 1, 1)


def block_3d(name, out, inner):
    resnet_2d(name, out, inner, (".in_layers.0", ".in_layers.2"), (".out_layers.0", ".out_layers.3"),
              ".skip_connection")
    layer(name + ".emb_layers.1", out, EMBEDDING)
    for part, at in (("conv1", 2), ("conv2", 3), ("conv3", 3), ("conv4", 3)):
        layer(f"{name}.temopral_conv.{part}.0", out)
        layer(f"{name}.temopral_conv.{part}.{at}", out, out, 3, 1, 1)


def transformer(name, width, inner, context, projection):
    layer(name + ".norm", width)
    layer(name + ".proj_in", inner, width, *projection)
    at = name + ".transformer_blocks.0"
    for attention, source in ((".attn1", inner), (".attn2", context)):
        tensor(at + attention + ".to_q.weight", inner, inner)
        tensor(at + attention + ".to_k.weight", inner, source)
        tensor(at + attention + ".to_v.weight", inner, source)
        layer(at + attention + ".to_out.0", inner, inner)
    layer(at + ".ff.net.0.proj", 8 * inner, inner)
    layer(at + ".ff.net.2", inner, 4 * inner)
    for norm in (".norm1", ".norm2", ".norm3"):
        layer(at + norm, inner)
    layer(name + ".proj_out", width, inner, *projection)


def spatial_and_temporal(name, width):
    transformer(name + ".1", width, width, CONTEXT, ())
    transformer(name + ".2", width, width, width, ())


def unet():
    at = "model.diffusion_model."
    for name in ("time_embed", "fps_embedding"):
        layer(at + name + ".0", EMBEDDING, CHANNELS)
        layer(at + name + ".2", EMBEDDING, EMBEDDING)
    layer(at + "input_blocks.0.0", CHANNELS, LATENT, 3, 3)
    transformer(at + "init_attn.0", CHANNELS, 8 * HEAD, 8 * HEAD, (1,))
    block_3d(at + "input_blocks.1.0", WIDTHS[0], CHANNELS)
    spatial_and_temporal(at + "input_blocks.1", WIDTHS[0])
    layer(at + "input_blocks.2.0.op", WIDTHS[0], WIDTHS[0], 3, 3)
    block_3d(at + "input_blocks.3.0", WIDTHS[1], WIDTHS[0])
    block_3d(at + "middle_block.0", WIDTHS[1], WIDTHS[1])
    spatial_and_temporal(at + "middle_block", WIDTHS[1])
    block_3d(at + "middle_block.3", WIDTHS[1], WIDTHS[1])
    block_3d(at + "output_blocks.0.0", WIDTHS[1], WIDTHS[1] + WIDTHS[1])
    block_3d(at + "output_blocks.1.0", WIDTHS[1], WIDTHS[1] + WIDTHS[0])
    layer(at + "output_blocks.1.1.conv", WIDTHS[1], WIDTHS[1], 3, 3)
    block_3d(at + "output_blocks.2.0", WIDTHS[0], WIDTHS[1] + WIDTHS[0])
    spatial_and_temporal(at + "output_blocks.2", WIDTHS[0])
    block_3d(at + "output_blocks.3.0", WIDTHS[0], WIDTHS[0] + CHANNELS)
    spatial_and_temporal(at + "output_blocks.3", WIDTHS[0])
    layer(at + "out.0", CHANNELS)
    layer(at + "out.2", LATENT, CHANNELS, 3, 3)


def vae_resnet(name, out, inner):
    resnet_2d(name, out, inner, (".norm1", ".conv1"), (".norm2", ".conv2"), ".nin_shortcut")


def vae_middle(at, width):
    vae_resnet(at + "mid.block_1", width, width)
    vae_resnet(at + "mid.block_2", width, width)
    layer(at + "mid.attn_1.norm", width)
    for part in ("q", "k", "v", "proj_out"):
        layer(at + "mid.attn_1." + part, width, width, 1, 1)


def vae():
    low, high = VAE_WIDTHS
    at = "first_stage_model.encoder."
    layer(at + "conv_in", low, 3, 3, 3)
    vae_resnet(at + "down.0.block.0", low, low)
    layer(at + "down.0.downsample.conv", low, low, 3, 3)
    vae_resnet(at + "down.1.block.0", high, low)
    vae_middle(at, high)
    layer(at + "norm_out", high)
    layer(at + "conv_out", 2 * LATENT, high, 3, 3)
    at = "first_stage_model.decoder."
    layer(at + "conv_in", high, LATENT, 3, 3)
    vae_middle(at, high)
    vae_resnet(at + "up.1.block.0", high, high)
    vae_resnet(at + "up.1.block.1", high, high)
    layer(at + "up.1.upsample.conv", high, high, 3, 3)
    vae_resnet(at + "up.0.block.0", low, high)
    vae_resnet(at + "up.0.block.1", low, low)
    layer(at + "norm_out", low)
    layer(at + "conv_out", 3, low, 3, 3)
    layer("first_stage_model.quant_conv", 2 * LATENT, 2 * LATENT, 1, 1)
    layer("first_stage_model.post_quant_conv", LATENT, LATENT, 1, 1)


def text():
    at = "cond_stage_model.model."
    tensor(at + "positional_embedding", POSITIONS, TEXT_WIDTH)
    tensor(at + "text_projection", TEXT_WIDTH, 5)
    tensor(at + "logit_scale")
    tensor(at + "token_embedding.weight", VOCABULARY, TEXT_WIDTH)
    for index in range(TEXT_BLOCKS):
        block = f"{at}transformer.resblocks.{index}"
        layer(block + ".ln_1", TEXT_WIDTH)
        tensor(block + ".attn.in_proj_weight", 3 * TEXT_WIDTH, TEXT_WIDTH)
        tensor(block + ".attn.in_proj_bias", 3 * TEXT_WIDTH)
        layer(block + ".attn.out_proj", TEXT_WIDTH, TEXT_WIDTH)
        layer(block + ".ln_2", TEXT_WIDTH)
        layer(block + ".mlp.c_fc", 4 * TEXT_WIDTH, TEXT_WIDTH)
        layer(block + ".mlp.c_proj", TEXT_WIDTH, 4 * TEXT_WIDTH)
    layer(at + "ln_final", TEXT_WIDTH)


def table(name, values):
    weights[name] = Tensor(Storage(FLOAT, "f", values), (len(values),))


def schedule():
    first, last = 0.00085**0.5, 0.012**0.5
    betas = [(first + (last - first) * i / 999) ** 2 for i in range(1000)]
    table("betas", betas)
    table("alphas_cumprod", [1.0] * 10)
    table("scale_arr", [1 - 0.3 * i / 399 for i in range(400)] + [0.7] * 1000)


schedule()
unet()
vae()
text()
weights._metadata = collections.OrderedDict({"": {"version": 1}})

target = pathlib.Path(__file__).parent / "video_checkpoint" / "model.ckpt"
target.parent.mkdir(exist_ok=True)
with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:

    def put(name, content):
        archive.writestr(zipfile.ZipInfo("model/" + name, (1980, 1, 1, 0, 0, 0)), content)

    class Sink(bytearray):
        def write(self, data):
            self.extend(data)

    sink = Sink()
    pickler = Pickler(sink)
    pickler.dump({"epoch": 3, "pytorch-lightning_version": "1.8.3", "state_dict": weights})
    put("data.pkl", bytes(sink))
    put("byteorder", "little")
    for key, storage in enumerate(pickler.storages):
        put(f"data/{key}", storage.bytes)
    put("version", "3\n")
print(target, target.stat().st_size, "bytes,", len(weights), "tensors")
