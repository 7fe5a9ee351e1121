#!/usr/bin/env python3
"""PyTorch as a contender: python3 pytorch.py --threads N --name NAME.

Reads one command a line from standard input (hello, prepare, outputs, time) and answers each with a
line of JSON. `work.json` and `work.bin` lie in the folder named by FOVEA_BENCH_FOLDER.
"""
import argparse
import json
import os
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--name", default="pytorch")
parser.add_argument("--layout", choices=["fast", "contiguous"], default="fast")
OPTIONS = parser.parse_args()
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


class Network:
    """The steps of a network on parameters by name."""

    def __init__(self, work, tensors):
        self.steps = work["network"]
        self.last_use = {len(self.steps): len(self.steps)}
        for number, step in enumerate(self.steps):
            self.last_use.update({step["from"]: number, step.get("other", step["from"]): number})
        self.tensors = {name: value for name, value in tensors.items() if value.dtype == torch.float32}
        # Thick networks run fastest in channels-last memory, LeNet does not.
        is_last = OPTIONS.layout == "fast" and work["model"] != "lenet"
        self.layout = torch.channels_last if is_last else torch.contiguous_format
        for name, value in self.tensors.items():
            if value.dim() == 4:
                self.tensors[name] = value.contiguous(memory_format=self.layout)

    def images(self, x):
        return x.contiguous(memory_format=self.layout)

    def parameters(self):
        return [value for name, value in self.tensors.items()
                if name != "x" and ".running" not in name]

    def forward(self, x, training):
        values = {0: x}
        for number, step in enumerate(self.steps):
            values[number + 1] = self.step(step, values[step["from"]], values, training)
            # A network of modules lets go of a value that nothing reads any more.
            values = {at: value for at, value in values.items() if self.last_use[at] > number}
        return values[len(self.steps)]

    def step(self, step, x, values, training):
        op, of = step["op"], lambda suffix: self.tensors[f"{step['name']}.{suffix}"]
        if op == "conv":
            return F.conv2d(x, of("weight"), of("bias"), step["stride"], step["padding"])
        if op == "linear":
            return F.linear(x, of("weight"), of("bias"))
        if op == "batchNorm":
            return F.batch_norm(x, of("runningMean"), of("runningVar"), of("weight"), of("bias"), training)
        if op == "avgPool":
            return F.avg_pool2d(x, step["kernelSize"], step["stride"], step["padding"])
        if op == "maxPool":
            return F.max_pool2d(x, step["kernelSize"], step["stride"], step["padding"])
        if op == "mean":
            return F.adaptive_avg_pool2d(x, 1).flatten(1)
        if op == "add":
            return x + values[step["other"]]
        return {"flatten": lambda: x.flatten(1), "sigmoid": x.sigmoid, "relu": lambda: F.relu(x)}[op]()


def start(event):
    return event.start_ns() if hasattr(event, "start_ns") else event.start_us()


class Training:
    def __init__(self, work, tensors):
        self.network, self.work = Network(work, tensors), work
        self.x = self.network.images(tensors["images"].float() / 255)
        self.y = tensors["labels"].long()
        parameters = self.network.parameters()
        for parameter in parameters:
            parameter.requires_grad_()
        self.optimizer = torch.optim.SGD(parameters, lr=work["lr"])
        self.at = 0

    def call(self):
        batch = self.work["batchSize"]
        start = self.at % (len(self.x) // batch) * batch
        self.at += 1
        x, y = self.x[start:start + batch], self.y[start:start + batch]
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.network.forward(x, True), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def temporaries(self):
        """Bytes that a step holds at its peak besides the parameters: what its allocator gave and did not take back."""
        self.optimizer.zero_grad(set_to_none=True)
        with torch.profiler.profile(profile_memory=True) as profile:
            self.call()
        events = [event for event in profile.profiler.kineto_results.events() if event.name() == "[memory]"]
        held = np.cumsum([event.nbytes() for event in sorted(events, key=start)])
        return int(held.max())

    def outputs(self):
        return np.array([float(self.call()) for _ in range(self.work["compared"])], np.float32)


class Inference:
    def __init__(self, work, tensors):
        self.network = Network(work, tensors)
        self.x = self.network.images(tensors["x"])

    def call(self):
        with torch.inference_mode():
            return self.network.forward(self.x, False)

    def outputs(self):
        return self.call().contiguous().numpy()


class Op:
    def __init__(self, work, tensors):
        self.work, self.tensors = work, tensors
        if work["part"] == "forward":
            self.function = self.forward
            return
        if work["op"] == "conv2d":
            mask = [work["part"] == "inputGrad", work["part"] == "weightGrad", False]
            self.function = lambda: self.conv_backward(mask)
            return
        x, grad = tensors["x"].requires_grad_(), tensors["grad"]
        with torch.enable_grad():
            y = self.forward()
        self.function = lambda: torch.autograd.grad(y, x, grad, retain_graph=True)[0]

    def get(self, name, otherwise):
        return self.work.get(name, otherwise)

    def conv_backward(self, mask):
        t, stride, padding = self.tensors, self.get("stride", 1), self.get("padding", 0)
        grads = torch.ops.aten.convolution_backward(
            t["grad"], t["x"], t["weight"], None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0],
            self.get("groups", 1), mask)
        return grads[0] if mask[0] else grads[1]

    def forward(self):
        t, op, stride, padding = self.tensors, self.work["op"], self.get("stride", 1), self.get("padding", 0)
        x = t["x"]
        if op == "conv2d":
            return F.conv2d(x, t["weight"], None, stride, padding, 1, self.get("groups", 1))
        if op == "matmul":
            return x @ t["weight"]
        if op == "batchNorm2d":
            return F.batch_norm(x, None, None, t["weight"], t["bias"], True)
        if op == "softmax":
            return x.softmax(1)
        pool = {"avgPool2d": F.avg_pool2d, "maxPool2d": F.max_pool2d}[op]
        return pool(x, self.work["kernelSize"], stride, padding)

    def call(self):
        if self.work["part"] == "forward":
            with torch.inference_mode():
                return self.function()
        return self.function()

    def outputs(self):
        return self.call().detach().contiguous().numpy()


KINDS = {"train": Training, "infer": Inference, "op": Op}


class Contender:
    def __init__(self, name):
        self.name, self.job = name, None

    def hello(self, _):
        return {"version": torch.__version__, "threads": torch.get_num_threads()}

    def prepare(self, command):
        self.job = None
        work, tensors = read_work(command.get("empty", False))
        self.job = KINDS[work["kind"]](work, tensors)
        return {}

    def outputs(self, _):
        self.job.outputs().astype(np.float32).tofile(os.path.join(FOLDER, f"{self.name}.bin"))
        return {}

    def temporaries(self, _):
        return {"bytes": self.job.temporaries()}

    def time(self, command):
        begin = time.perf_counter()
        for _ in range(command["calls"]):
            self.job.call()
        return {"ms": (time.perf_counter() - begin) * 1e3 / command["calls"]}


def main():
    torch.set_num_threads(OPTIONS.threads)
    # Tiny numbers as zero: what is slow on the way to them is no work of the network's.
    torch.set_flush_denormal(True)
    contender = Contender(OPTIONS.name)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = getattr(contender, command["do"])(command)
        except Exception as error:  # the other side reports it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
