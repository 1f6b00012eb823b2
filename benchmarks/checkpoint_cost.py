"""What checkpoints cost a render, and how long an interrupted one takes to go on.

    python3 benchmarks/checkpoint_cost.py build/release/bin/tessera                     # the demo job
    python3 benchmarks/checkpoint_cost.py TESSERA --options "-m narrow --resolutions 1024"

Renders the job with a checkpoint after every step, stops it half way, resumes it, and prints from the run's own records: the median
step; the time that a checkpoint keeps the steps waiting (gathering the state); the time of the writing thread beside them; the
seconds from the start of the process to its first finished step, of a plain start and of `tessera resume`.
"""
import argparse
import datetime
import json
import pathlib
import shlex
import signal
import statistics
import subprocess
import tempfile
import time


def records(file):
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def moment(record):
    return datetime.datetime.fromisoformat(record["time"].replace("Z", "+00:00")).timestamp()


def steps(run):
    return [record for record in records(run / "metrics.jsonl") if record.get("command") == "Step"]


def start(command):
    began = time.time()
    return began, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def end(process, allowed):
    _, errors = process.communicate()
    if process.returncode not in allowed:
        raise SystemExit(f"{process.args} ended with {process.returncode}:\n{errors}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tessera", help="the program")
    parser.add_argument("--options", default="--preset demo", help="of the render")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder) / "run"
        render = [arguments.tessera, "render", *shlex.split(arguments.options), "-p", "a lighthouse", "-s", "1",
                  "--run-dir", str(run), "--checkpoint-every", "1 steps", "-q"]
        began, process = start(render)
        planned = 0
        while process.poll() is None and (planned < 2 or len(steps(run)) < planned // 2):
            planned = planned or total_steps(render)
            time.sleep(0.2)
        if process.poll() is None:
            process.send_signal(signal.SIGUSR1)
        end(process, {0, 75})
        before = steps(run)
        resumed, process = start([arguments.tessera, "resume", str(run), "-q"])
        end(process, {0})
        after = steps(run)
        report(run, before, after, began, resumed)


def total_steps(render):
    plan = subprocess.run([render[0], "plan", *render[2:], "--json"], capture_output=True, text=True, check=True)
    return sum(stage["steps"] for stage in json.loads(plan.stdout)["plans"][0]["stages"])


def report(run, before, after, began, resumed):
    events = records(run / "events.jsonl")
    gathers = [event["seconds"] for event in events if event.get("command") == "Checkpoint"]
    writes = [event for event in events if event["event"] == "checkpoint"]
    last = [record for record in after if record["stage"] == after[-1]["stage"]]
    step = statistics.median(record["seconds"] for record in last)
    print(f"step of the last stage        {step:9.4f} s (median of {len(last)})")
    print(f"a checkpoint delays the steps {statistics.median(gathers):9.4f} s, {100 * statistics.median(gathers) / step:.2f} % of a step")
    print(f"its writing thread takes      {statistics.median(w['seconds'] for w in writes):9.4f} s"
          f" for {statistics.median(w['bytes'] for w in writes) / 2**20:.2f} MiB ({len(writes)} files)")
    print(f"plain start to the first step {moment(before[0]) - began:9.2f} s (its own {before[0]['seconds']:.2f} s included)")
    first = after[len(before)]
    print(f"resume to the first step      {moment(first) - resumed:9.2f} s (its own {first['seconds']:.2f} s included)")


if __name__ == "__main__":
    main()
