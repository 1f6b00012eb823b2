"""Time direct sampling of diffusers' StableDiffusionXLPipeline: the figure that the cascade of tessera is compared with.

    python benchmarks/reference_direct.py                                        # demo model, 1024 x 1024, 20 steps
    python benchmarks/reference_direct.py --model FOLDER --steps 10 --repeat 3

Prints for every repetition the wall time of one picture (text, U-Net, VAE), then the peak memory of the process, and the load of the
machine before and after, since a busy machine spoils the figure.  Needs torch, diffusers and transformers; nothing is downloaded.
"""
import argparse
import os
import resource
import time

THREADS = "2"


def timed(function, spent, name):
    """The function, adding the seconds of its calls to spent[name]."""
    def call(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - start
    return call


def load(folder, torch):
    from diffusers import StableDiffusionXLPipeline
    pipe = StableDiffusionXLPipeline.from_pretrained(folder, torch_dtype=torch.float32, add_watermarker=False)
    pipe.set_progress_bar_config(disable=True)
    for part in (pipe.unet, pipe.vae, pipe.text_encoder, pipe.text_encoder_2):
        part.float()
    pipe.unet.to(memory_format=torch.channels_last)
    pipe.vae.to(memory_format=torch.channels_last)
    return pipe


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = os.path.dirname(os.path.abspath(__file__))
    ap.add_argument("--model", default=os.path.join(here, "..", "examples", "demo_model"))
    ap.add_argument("--prompt", default="a red hot-air balloon over green hills at sunset")
    ap.add_argument("--size", type=int, default=1024, help="side of the square picture, pixels")
    ap.add_argument("--steps", type=int, default=20)
    ap.add_argument("--guidance", type=float, default=5.0)
    ap.add_argument("--threads", default=THREADS)
    ap.add_argument("--repeat", type=int, default=1)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--out", help="PNG of the last picture")
    args = ap.parse_args()

    os.environ["OMP_NUM_THREADS"] = args.threads
    import torch
    torch.set_num_threads(int(args.threads))
    pipe, spent = load(args.model, torch), {}
    pipe.unet.forward = timed(pipe.unet.forward, spent, "unet")
    pipe.vae.decode = timed(pipe.vae.decode, spent, "vae")
    print(f"torch {torch.__version__}, {args.threads} threads, {args.size} x {args.size}, {args.steps} steps, guidance {args.guidance}, fp32")
    print("load before", *(f"{v:.2f}" for v in os.getloadavg()))
    for _ in range(args.repeat):
        spent.clear()
        start, cpu = time.perf_counter(), time.process_time()
        picture = pipe(args.prompt, height=args.size, width=args.size, num_inference_steps=args.steps, guidance_scale=args.guidance,
                       generator=torch.Generator().manual_seed(args.seed)).images[0]
        total = time.perf_counter() - start
        print(f"wall {total:.1f} s (U-Net {spent['unet']:.1f}, VAE {spent['vae']:.1f}, rest {total - sum(spent.values()):.1f}), "
              f"processor {time.process_time() - cpu:.1f} s", flush=True)
    print("load after", *(f"{v:.2f}" for v in os.getloadavg()))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    if args.out:
        picture.save(args.out)


if __name__ == "__main__":
    main()
