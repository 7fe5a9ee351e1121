#!/usr/bin/env python3
"""LeNet training in PyTorch, timed on request.

Reads one command a line from standard input and answers each with one line of JSON:
  setup THREADS BATCH   make the network, random data of Fashion-MNIST's size, and warm up
  weights PATH          write the initial parameters as float32, in state_dict order
  losses N              the losses of N steps from the present state
  time N                milliseconds per step over N steps
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

IMAGES = 8192


def lenet():
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
    return net


class Job:
    def setup(self, threads, batch):
        torch.set_num_threads(int(threads))
        torch.manual_seed(0)
        self.batch = int(batch)
        # The same bytes in both programs: a small linear congruential generator.
        state = np.arange(IMAGES * 784, dtype=np.uint64)
        pixels = ((state * 2654435761 + 12345) >> 7) & 255
        labels = ((np.arange(IMAGES, dtype=np.uint64) * 40503) >> 5) % 10
        self.x = torch.from_numpy((pixels.astype(np.float32) / 255).reshape(-1, 1, 28, 28))
        self.y = torch.from_numpy(labels.astype(np.int64))
        self.net = lenet()
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)
        self.at = 0
        return {"version": torch.__version__, "threads": torch.get_num_threads()}

    def weights(self, path):
        with open(path, "wb") as file:
            for value in self.net.state_dict().values():
                file.write(value.numpy().astype(np.float32).tobytes())
        return {}

    def step(self):
        start = self.at % (IMAGES // self.batch) * self.batch
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
