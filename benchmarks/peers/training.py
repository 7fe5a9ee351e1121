#!/usr/bin/env python3
"""Training of a network in PyTorch, timed on request.

Reads one command a line from standard input and answers each with one line of JSON:
  setup MODEL THREADS BATCH IMAGES SIZE   make the network and grey images of SIZE x SIZE
  weights PATH   write the initial parameters as float32, in state_dict order
  losses N       the losses of N steps from the present state
  time N         milliseconds per step over N steps
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def lenet():
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
    return net


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, stride=stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Conv2d(inputs, outputs, 1, stride=stride)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


def resnet18():
    """The textbook's form: biases in the convolutions, no normalisation on the way around a block."""
    stages = [nn.Sequential(nn.Conv2d(1, 64, 7, stride=2, padding=3), nn.BatchNorm2d(64), nn.ReLU(),
                            nn.MaxPool2d(3, stride=2, padding=1))]
    inputs = 64
    for i, outputs in enumerate((64, 128, 256, 512)):
        first = Residual(inputs, outputs, 1 if i == 0 else 2)
        stages.append(nn.Sequential(first, Residual(outputs, outputs)))
        inputs = outputs
    net = nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))
    # What PyTorch on a CPU is fastest with.
    return net.to(memory_format=torch.channels_last)


MODELS = {"lenet": lenet, "resnet18": resnet18}


class Job:
    def setup(self, model, threads, batch, images, size):
        torch.set_num_threads(int(threads))
        torch.manual_seed(0)
        self.batch, self.images, size = int(batch), int(images), int(size)
        # The same bytes in both programs: a small linear congruential generator.
        state = np.arange(self.images * size * size, dtype=np.uint64)
        pixels = ((state * 2654435761 + 12345) >> 7) & 255
        labels = ((np.arange(self.images, dtype=np.uint64) * 40503) >> 5) % 10
        self.x = torch.from_numpy((pixels.astype(np.float32) / 255).reshape(-1, 1, size, size))
        self.y = torch.from_numpy(labels.astype(np.int64))
        self.net = MODELS[model]()
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)
        self.at = 0
        return {"version": torch.__version__, "threads": torch.get_num_threads()}

    def weights(self, path):
        with open(path, "wb") as file:
            for value in self.net.state_dict().values():
                if value.is_floating_point():
                    file.write(value.contiguous().numpy().astype(np.float32).tobytes())
        return {}

    def step(self):
        start = self.at % (self.images // self.batch) * self.batch
        self.at += 1
        x, y = self.x[start:start + self.batch], self.y[start:start + self.batch]
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.net(x), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def losses(self, count):
        return {"losses": [float(self.step()) for _ in range(int(count))]}

    def time(self, count):
        begin = time.perf_counter()
        for _ in range(int(count)):
            self.step()
        return {"ms": (time.perf_counter() - begin) * 1e3 / int(count)}


job = Job()
for line in sys.stdin:
    name, *arguments = line.split()
    print(json.dumps(getattr(job, name)(*arguments)), flush=True)
