"""A network that knows the digits 0 to 4 learns 5 to 9 from 200 images: the deeper the
layer, the smaller its rate, and the last layer is new."""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images[:, None], dtype=torch.float32) / 16
labels = torch.tensor(digits.target)
is_known = labels < 5
new_images, new_labels = images[~is_known], labels[~is_known] - 5


def network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(1024, 5),
    )


def train(net, optimizer, images, labels, batch_size, epochs):
    loss_of = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        for x, y in DataLoader(TensorDataset(images, labels), batch_size, shuffle=True):
            optimizer.zero_grad()
            loss = loss_of(net(x), y)
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}")


first = network()
train(first, torch.optim.Adam(first.parameters()), images[is_known], labels[is_known], 32, 10)
torch.save(first.state_dict(), "digits.pt")

net = network()
net.load_state_dict(torch.load("digits.pt"))
net[6] = nn.Linear(1024, 5)
groups = [
    {"params": net[0].parameters(), "lr": 1e-4},
    {"params": net[3].parameters(), "lr": 1e-3},
    {"params": net[6].parameters()},
]
train(net, torch.optim.Adam(groups, lr=1e-2), new_images[:200], new_labels[:200], 20, 20)

with torch.no_grad():
    accuracy = (net(new_images[200:]).argmax(1) == new_labels[200:]).float().mean().item()
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.9
