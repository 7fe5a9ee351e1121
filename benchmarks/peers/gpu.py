#!/usr/bin/env python3
"""PyTorch on a GPU as a contender: python3 gpu.py --device cuda --compiled --tf32 --name NAME.

Answers the commands of contender.py. Networks are modules, so that `torch.compile` knows their parameters to stay where they
are; with --compiled they are compiled into CUDA graphs (mode "reduce-overhead"), forward and backward.
"""
import argparse

import numpy as np
import torch
from torch.nn import functional as F

from contender import Contender, step_value

parser = argparse.ArgumentParser()
parser.add_argument("--device", default="cuda")
parser.add_argument("--compiled", action="store_true")
parser.add_argument("--tf32", action="store_true")
parser.add_argument("--name", default="pytorch")
OPTIONS = parser.parse_args()
IS_CUDA = OPTIONS.device == "cuda"


def compiled(function):
    return torch.compile(function, mode="reduce-overhead") if OPTIONS.compiled else function


def begin_step():
    """What a compiled function gave in the step before is no longer needed: its memory may be used again."""
    if OPTIONS.compiled:
        torch.compiler.cudagraph_mark_step_begin()


class Network(torch.nn.Module):
    """The steps of a network on its parameters and running statistics."""

    def __init__(self, work, tensors):
        super().__init__()
        self.steps = work["network"]
        # Thick networks run fastest in channels-last memory, LeNet does not.
        self.layout = torch.contiguous_format if work["model"] == "lenet" else torch.channels_last
        for name, value in tensors.items():
            if name == "x" or value.dtype != torch.float32:
                continue
            own = self.placed(value)
            if ".running" in name:
                self.register_buffer(name.replace(".", "_"), own)
            else:
                self.register_parameter(name.replace(".", "_"), torch.nn.Parameter(own))

    def placed(self, value):
        value = value.to(OPTIONS.device)
        return value.contiguous(memory_format=self.layout) if value.dim() == 4 else value

    def of(self, step):
        prefix = step.get("name", "").replace(".", "_")
        return lambda suffix: getattr(self, f"{prefix}_{suffix}")

    def forward(self, x):
        values = [x]
        for step in self.steps:
            other = values[step["other"]] if "other" in step else None
            values.append(step_value(step, values[step["from"]], other, self.of(step), self.training))
        return values[-1]


class Training:
    def __init__(self, work, tensors):
        self.work = work
        network = Network(work, tensors).train()
        self.x = network.placed(tensors["images"].float() / 255)
        self.y = tensors["labels"].long().to(OPTIONS.device)
        fused = {"fused": True} if IS_CUDA else {}
        self.optimizer = torch.optim.SGD(network.parameters(), lr=work["lr"], **fused)
        self.loss = compiled(lambda x, y: F.cross_entropy(network(x), y))
        self.at = 0

    def call(self):
        batch = self.work["batchSize"]
        start = self.at % (len(self.x) // batch) * batch
        self.at += 1
        begin_step()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.x[start:start + batch], self.y[start:start + batch])
        loss.backward()
        self.optimizer.step()
        return loss

    def outputs(self):
        return np.array([float(self.call().detach()) for _ in range(self.work["compared"])], np.float32)


class Inference:
    def __init__(self, work, tensors):
        network = Network(work, tensors).eval()
        self.x = network.placed(tensors["x"])
        self.logits = compiled(network)

    def call(self):
        begin_step()
        with torch.no_grad():
            return self.logits(self.x)

    def outputs(self):
        return self.call().float().cpu().contiguous().numpy()


class GpuContender(Contender):
    def hello(self, command):
        if not IS_CUDA:
            return super().hello(command)
        if not torch.cuda.is_available():
            raise RuntimeError(f"PyTorch {torch.__version__} finds no CUDA device here")
        device = torch.cuda.get_device_name()
        # The processor's threads say nothing here.
        return {"version": f"{torch.__version__}, CUDA {torch.version.cuda}, {device}", "threads": 1}


def main():
    torch.backends.cuda.matmul.allow_tf32 = OPTIONS.tf32
    torch.backends.cudnn.allow_tf32 = OPTIONS.tf32
    # Convolutions by what is fastest for their shapes.
    torch.backends.cudnn.benchmark = True
    wait = torch.cuda.synchronize if IS_CUDA else lambda: None
    GpuContender(OPTIONS.name, {"train": Training, "infer": Inference}, wait).serve()


main()
