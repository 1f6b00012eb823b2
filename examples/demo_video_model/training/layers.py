"""What the networks share."""
import torch
from torch import nn

GROUPS = 32                                        # of every norm, whatever the widths


def norm(width, eps):
    return nn.GroupNorm(GROUPS, width, eps)


def channels_last(module):
    """The weights of its 2-D convolutions in that memory order."""
    for p in module.parameters():
        if p.ndim == 4:
            p.data = p.data.contiguous(memory_format=torch.channels_last)
    return module
