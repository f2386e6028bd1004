"""A variational autoencoder of handwritten digits (Kingma and Welling 2013) with 8 hidden numbers,
and new digits made of random ones. Its figure is the bound on -log p(x) of new images, in nats."""

import torch
from matplotlib import pyplot
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(0)
x = torch.tensor(load_digits().data / 16, dtype=torch.float32)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 16))
        self.decoder = nn.Sequential(nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 64))

    def forward(self, x):
        mean, log_var = self.encoder(x).chunk(2, dim=1)
        z = mean + torch.exp(log_var / 2) * torch.randn_like(mean)
        kl = torch.sum(mean**2 + torch.exp(log_var) - 1 - log_var, dim=1) / 2
        return self.decoder(z), kl


def nats(scores, x):
    return torch.sum(nn.functional.softplus(scores) - scores * x, dim=1)


net = VAE()
optimizer = torch.optim.Adam(net.parameters(), 3e-3)
for epoch in range(60):
    for images in DataLoader(x[:1440], 32, shuffle=True):
        optimizer.zero_grad()
        scores, kl = net(images)
        loss = (nats(scores, images) + kl).mean()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}")

with torch.no_grad():
    new = torch.sigmoid(net.decoder(torch.randn(8, 8)))
    scores, kl = net(x[1440:])
    bound = (nats(scores, x[1440:]) + kl).mean().item()
figure, panels = pyplot.subplots(1, 8, figsize=(11, 1.4))
for panel, image in zip(panels, new, strict=True):
    panel.imshow(image.reshape(8, 8), cmap="gray")
    panel.set_axis_off()
figure.savefig("digits.png")
print(f"bound {bound:.2f}")
assert bound <= 26
