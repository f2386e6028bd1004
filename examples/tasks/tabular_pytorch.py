"""Breast cancer from 30 measurements of cells: training ends when validation stops improving."""

import copy

import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x, y = load_breast_cancer(return_X_y=True)
x, x_test, y, y_test = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y)
x, x_valid, y, y_valid = train_test_split(x, y, test_size=0.2, random_state=0)
x, x_valid, x_test = (torch.tensor(a, dtype=torch.float32) for a in (x, x_valid, x_test))
y, y_valid, y_test = (torch.tensor(a) for a in (y, y_valid, y_test))

net = nn.Sequential(
    nn.BatchNorm1d(30), nn.Linear(30, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 2)
)
optimizer = torch.optim.Adam(net.parameters())
loss_of = nn.CrossEntropyLoss()
best, waited = float("inf"), 0
for epoch in range(200):
    net.train()
    for inputs, labels in DataLoader(TensorDataset(x, y), 32, shuffle=True):
        optimizer.zero_grad()
        loss = loss_of(net(inputs), labels)
        loss.backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        valid = loss_of(net(x_valid), y_valid).item()
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}, val_loss {valid:.4f}")
    if valid < best:
        best, waited, kept = valid, 0, copy.deepcopy(net.state_dict())
    else:
        waited += 1
        if waited >= 10:
            break
net.load_state_dict(kept)

with torch.no_grad():
    accuracy = (net(x_test).argmax(1) == y_test).float().mean().item()
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.93
