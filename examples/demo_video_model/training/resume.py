"""A training state in one file, which is replaced as a whole."""
import os

import torch


def save_state(path, module, optimizer, extra):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    state = dict(extra, weights=module.state_dict())
    if optimizer is not None:
        state["optimizer"] = optimizer.state_dict()
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


def load_state(path, module, optimizer=None):
    """Everything but weights and optimizer; None if there is no file."""
    if not os.path.exists(path):
        return None
    state = torch.load(path)
    module.load_state_dict(state.pop("weights"))
    saved = state.pop("optimizer", None)
    if optimizer is not None and saved is not None:
        optimizer.load_state_dict(saved)
    return state
