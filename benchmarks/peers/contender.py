"""What PyTorch's contenders share: the work that is read, the steps of a network, and answers to commands."""
import json
import os
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

FOLDER = os.environ.get("FOVEA_BENCH_FOLDER", ".")
BYTES = {"float32": np.float32, "uint8": np.uint8, "int32": np.int32}


def read_work(is_empty):
    with open(os.path.join(FOLDER, "work.json"), encoding="utf-8") as file:
        work = json.load(file)
    if is_empty:
        # Images that are zero, and parameters of about the usual size.
        return work, {info["name"]: torch.rand(info["shape"]) / 10 if info["dtype"] == "float32"
                      else torch.zeros(info["shape"], dtype=getattr(torch, info["dtype"])) for info in work["tensors"]}
    data = np.fromfile(os.path.join(FOLDER, "work.bin"), np.uint8)
    tensors, offset = {}, 0
    for info in work["tensors"]:
        dtype = np.dtype(BYTES[info["dtype"]])
        size = int(np.prod(info["shape"], dtype=np.int64)) * dtype.itemsize
        values = np.frombuffer(data[offset:offset + size].tobytes(), dtype)
        tensors[info["name"]] = torch.from_numpy(values.copy()).reshape(info["shape"])
        offset += size
    return work, tensors


def step_value(step, x, other, parameter, training):
    """The value that a step of a network makes; `parameter` gives those of the step by the end of their names."""
    op = step["op"]
    if op == "conv":
        return F.conv2d(x, parameter("weight"), parameter("bias"), step["stride"], step["padding"])
    if op == "linear":
        return F.linear(x, parameter("weight"), parameter("bias"))
    if op == "batchNorm":
        statistics = parameter("runningMean"), parameter("runningVar")
        return F.batch_norm(x, *statistics, parameter("weight"), parameter("bias"), training)
    if op == "avgPool":
        return F.avg_pool2d(x, step["kernelSize"], step["stride"], step["padding"])
    if op == "maxPool":
        return F.max_pool2d(x, step["kernelSize"], step["stride"], step["padding"])
    if op == "mean":
        return F.adaptive_avg_pool2d(x, 1).flatten(1)
    if op == "add":
        return x + other
    return {"flatten": lambda: x.flatten(1), "sigmoid": x.sigmoid, "relu": lambda: F.relu(x)}[op]()


class Contender:
    """Answers commands. A job of a kind of work has `call` and `outputs`; `wait` returns when what was called is done."""

    def __init__(self, name, kinds, wait=lambda: None):
        self.name, self.kinds, self.wait, self.job = name, kinds, wait, None

    def hello(self, _):
        return {"version": torch.__version__, "threads": torch.get_num_threads()}

    def prepare(self, command):
        self.job = None
        work, tensors = read_work(command.get("empty", False))
        self.job = self.kinds[work["kind"]](work, tensors)
        return {}

    def outputs(self, _):
        self.job.outputs().astype(np.float32).tofile(os.path.join(FOLDER, f"{self.name}.bin"))
        return {}

    def temporaries(self, _):
        return {"bytes": self.job.temporaries()}

    def time(self, command):
        self.wait()
        begin = time.perf_counter()
        for _ in range(command["calls"]):
            self.job.call()
        self.wait()
        return {"ms": (time.perf_counter() - begin) * 1e3 / command["calls"]}

    def serve(self):
        for line in sys.stdin:
            command = json.loads(line)
            try:
                answer = getattr(self, command["do"])(command)
            except Exception as error:  # the other side reports it
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
