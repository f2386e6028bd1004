"""Handwritten digits, shifted at random by two workers, in bfloat16, with a rate that warms up and
falls. A program that was stopped goes on from `images.pt` when it is started again."""

import os

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, Dataset


class Shifted(Dataset):
    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        shifts = torch.randint(-1, 2, (2,)).tolist()
        return torch.roll(self.images[i], shifts, (1, 2)), self.labels[i]


if __name__ == "__main__":
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.tensor(digits.images[:, None], dtype=torch.float32) / 16
    labels = torch.tensor(digits.target)
    train = DataLoader(
        Shifted(images[:1440], labels[:1440]),
        64,
        shuffle=True,
        num_workers=2,
        persistent_workers=True,
    )

    net = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1024, 10),
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    warm_up = LinearLR(optimizer, 1e-3, total_iters=2 * 23)
    rate = SequentialLR(
        optimizer, [warm_up, CosineAnnealingLR(optimizer, 18 * 23)], milestones=[2 * 23]
    )
    loss_of = nn.CrossEntropyLoss()
    first = 0
    if os.path.exists("images.pt"):
        saved = torch.load("images.pt")
        net.load_state_dict(saved["net"])
        optimizer.load_state_dict(saved["optimizer"])
        rate.load_state_dict(saved["rate"])
        torch.set_rng_state(saved["random"])
        first = saved["epoch"]
    for epoch in range(first, 20):
        net.train()
        for inputs, targets in train:
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(net(inputs), targets)
            loss.backward()
            optimizer.step()
            rate.step()
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}")
        saved = {
            "net": net.state_dict(),
            "optimizer": optimizer.state_dict(),
            "rate": rate.state_dict(),
            "random": torch.get_rng_state(),
            "epoch": epoch + 1,
        }
        torch.save(saved, "images.pt")

    net.eval()
    with torch.no_grad():
        accuracy = (net(images[1440:]).argmax(1) == labels[1440:]).float().mean().item()
    print(f"accuracy {accuracy:.3f}")
    assert accuracy >= 0.95
