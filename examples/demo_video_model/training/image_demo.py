"""The image demo beside this one: its optimizer and training loop are used here, and its weights are the start."""
import os
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "demo_model")
MODEL = os.path.normpath(FOLDER)
sys.path.append(os.path.join(MODEL, "training"))
