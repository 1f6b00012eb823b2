"""Sizes of the demo model: the sections of config.json, and the noise schedule."""
import torch

UNET = dict(in_channels=4, out_channels=4, widths=[64, 64, 96], transformer_depths=[0, 1, 1], middle_depth=1,
            resnets_per_level=2, head_width=8, context_width=128, temporal_length=16)
VAE = dict(widths=[64, 64, 96, 128], resnets_per_level=1, latent_channels=4)
TEXT = dict(vocabulary_size=2549, positions=77, width=128, mlp_width=512, layers=2, heads=4)
SCHEDULE = dict(train_steps=1000, beta_start=0.00085, beta_end=0.012, scale_end=0.7)
FRAMES, SIZE = 16, 128                             # of the clips that it is trained on


def noise_schedule():
    """Of every timestep: alpha-bar, and the factor of x0, which falls over the first 400 (VideoCrafter2)."""
    steps = SCHEDULE["train_steps"]
    roots = torch.linspace(SCHEDULE["beta_start"] ** 0.5, SCHEDULE["beta_end"] ** 0.5, steps, dtype=torch.float64)
    alphas = torch.cumprod(1 - roots**2, 0).float().double()
    scales = torch.full((steps,), SCHEDULE["scale_end"], dtype=torch.float64)
    scales[:400] = torch.linspace(1, SCHEDULE["scale_end"], 400, dtype=torch.float64)
    return alphas, scales
