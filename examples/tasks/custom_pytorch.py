"""Handwritten digits by weights of -1 and 1 (Courbariaux, Bengio and David 2015): a layer, its
gradient and a loss of one's own, updates by four batches together, decay for weights alone."""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
digits = load_digits()
x = torch.tensor(digits.images.reshape(-1, 64) / 8 - 1, dtype=torch.float32)
y = torch.tensor(digits.target)


class Sign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, weight):
        ctx.save_for_backward(weight)
        return torch.where(weight < 0, -1.0, 1.0)

    @staticmethod
    def backward(ctx, dy):
        (weight,) = ctx.saved_tensors
        return dy * (weight.abs() <= 1)


class Binary(nn.Module):
    def __init__(self, units, in_units):
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(in_units, units)))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x):
        return x @ Sign.apply(self.weight) / len(self.weight) ** 0.5 + self.bias


def squared_hinge(scores, labels):
    sides = 2 * nn.functional.one_hot(labels, 10) - 1
    return torch.mean(torch.clamp(1 - sides * scores, min=0) ** 2)


net = nn.Sequential(Binary(256, 64), nn.BatchNorm1d(256), nn.ReLU(), Binary(10, 256))
weights = [p for p in net.parameters() if p.ndim > 1]
others = [p for p in net.parameters() if p.ndim == 1]
groups = [{"params": weights}, {"params": others, "weight_decay": 0}]
optimizer = torch.optim.AdamW(groups, lr=0.01, weight_decay=1e-3)
train = DataLoader(TensorDataset(x[:1440], y[:1440]), 16, shuffle=True)
for epoch in range(30):
    net.train()
    for number, (inputs, labels) in enumerate(train):
        loss = squared_hinge(net(inputs), labels)
        (loss / 4).backward()
        if (number + 1) % 4 == 0 or number + 1 == len(train):
            optimizer.step()
            optimizer.zero_grad()
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}")

net.eval()
with torch.no_grad():
    accuracy = (net(x[1440:]).argmax(1) == y[1440:]).float().mean().item()
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.9
