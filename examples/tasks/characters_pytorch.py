"""The book of Genesis, character by character: an LSTM learns which comes next, then writes."""

import gzip
import pathlib

import numpy
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
path = pathlib.Path(__file__).parents[1] / "char_lstm" / "data" / "genesis.txt.gz"
letters, text = numpy.unique(list(gzip.decompress(path.read_bytes()).decode()), return_inverse=True)
rows = torch.tensor(text[: len(text) // 65 * 65].reshape(-1, 65))
x, y = rows[:, :-1], rows[:, 1:]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(letters), 32)
        self.lstm = nn.LSTM(32, 128, batch_first=True)
        self.scores = nn.Linear(128, len(letters))

    def forward(self, characters):
        return self.scores(self.lstm(self.embedding(characters))[0])


net = Net()
optimizer = torch.optim.Adam(net.parameters(), 0.01)
loss_of = nn.CrossEntropyLoss()
for epoch in range(4):
    for inputs, targets in DataLoader(TensorDataset(x[:2400], y[:2400]), 32, shuffle=True):
        optimizer.zero_grad()
        loss = loss_of(net(inputs).flatten(0, 1), targets.flatten())
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}")

written = x[-1]
with torch.no_grad():
    for _ in range(200):
        shares = torch.softmax(net(written[None, -64:])[0, -1] / 0.7, 0)
        written = torch.cat([written, torch.multinomial(shares, 1)])
    accuracy = (net(x[2400:]).argmax(-1) == y[2400:]).float().mean().item()
print("".join(letters[written[64:]]))
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.5
