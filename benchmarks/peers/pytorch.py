#!/usr/bin/env python3
"""PyTorch as a contender: python3 pytorch.py --threads N --name NAME.

Reads one command a line from standard input (hello, prepare, outputs, time) and answers each with a
line of JSON. `work.json` and `work.bin` lie in the folder named by FOVEA_BENCH_FOLDER.
"""
import argparse

import numpy as np
import torch
from torch.nn import functional as F

from contender import Contender, step_value

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--name", default="pytorch")
parser.add_argument("--layout", choices=["fast", "contiguous"], default="fast")
OPTIONS = parser.parse_args()


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
            other = values.get(step.get("other"))
            values[number + 1] = step_value(step, values[step["from"]], other, self.of(step), training)
            # A network of modules lets go of a value that nothing reads any more.
            values = {at: value for at, value in values.items() if self.last_use[at] > number}
        return values[len(self.steps)]

    def of(self, step):
        return lambda suffix: self.tensors[f"{step['name']}.{suffix}"]


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


def main():
    torch.set_num_threads(OPTIONS.threads)
    # Tiny numbers as zero: what is slow on the way to them is no work of the network's.
    torch.set_flush_denormal(True)
    Contender(OPTIONS.name, KINDS).serve()


main()
