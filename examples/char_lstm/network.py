"""The network of this example, and how it is trained: truncated backpropagation through time."""

import corpus
import weft
from weft import autograd, gluon, lr_scheduler, metric, np, npx

STREAMS, STEPS = 32, 64  # rows of text read side by side, and characters of a segment
EMBEDDING, HIDDEN = 64, 256
LEARNING_RATE, CLIP = 6e-3, 0.5


class CharLSTM(gluon.HybridBlock):
    """Characters (N, T) and states to scores of the next ones (N, T, alphabet), and the states."""

    def __init__(self, alphabet: int, dropout: float) -> None:
        super().__init__()
        self.embedding = gluon.nn.Embedding(alphabet, EMBEDDING)
        self.lstm = gluon.rnn.LSTM(HIDDEN, layout="NTC", input_size=EMBEDDING)
        self.dropout = gluon.nn.Dropout(dropout)
        self.scores = gluon.nn.Dense(alphabet, flatten=False, in_units=HIDDEN)

    def forward(self, characters, states):
        outputs, states = self.lstm(self.embedding(characters), states)
        return self.scores(self.dropout(outputs)), states


def build(alphabet: int, dropout: float) -> CharLSTM:
    net = CharLSTM(alphabet, dropout)
    net.initialize(weft.init.Xavier())
    net.hybridize()
    return net


def trainer_for(net: CharLSTM, updates: int) -> gluon.Trainer:
    """Adam, with a rate that rises for a twentieth of the updates and then falls to nothing."""
    schedule = lr_scheduler.CosineScheduler(max_update=updates, warmup_steps=updates // 20)
    options = {"learning_rate": LEARNING_RATE, "lr_scheduler": schedule}
    return gluon.Trainer(net.collect_params(), "adam", options)


def train_epoch(net: CharLSTM, trainer: gluon.Trainer, text) -> float:
    """Reads the text once; returns the perplexity on the way.

    The states are handed from segment to segment, so the network remembers more than one of them;
    `detach` ends the gradients there.
    """
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    loss_of.hybridize()
    perplexity = metric.Perplexity(from_logits=True)
    gradients = [p.grad() for p in net.collect_params().values()]
    states = net.lstm.begin_state(STREAMS)
    for inputs, targets in corpus.segments(text, STREAMS, STEPS):
        targets = np.array(targets)
        with autograd.record():
            scores, states = net(np.array(inputs), states)
            loss = loss_of(scores, targets).mean()
        loss.backward()
        gluon.utils.clip_global_norm(gradients, CLIP)
        trainer.step(1)
        states = [state.detach() for state in states]
        perplexity.update(targets, scores)
    return perplexity.get()[1]


def perplexity_of(net: CharLSTM, text, streams: int = 16) -> float:
    """exp of the mean of -log p over the characters of a text that the net reads in `streams`."""
    perplexity = metric.Perplexity(from_logits=True)
    states = net.lstm.begin_state(streams)
    for inputs, targets in corpus.segments(text, streams, STEPS):
        scores, states = net(np.array(inputs), states)
        perplexity.update(np.array(targets), scores)
    return perplexity.get()[1]


def stepper(net: CharLSTM):
    """(a function of one character, (1,), that gives the probabilities of the next, its states).

    The function writes to the states. In a file they are states of the entry point, which whoever
    runs it neither has to see nor to pass on.
    """
    hidden, cell = net.lstm.begin_state(1)

    @weft.hybridize
    def step(character):
        scores, after = net(character.reshape(1, 1), [hidden, cell])
        hidden[...], cell[...] = after
        return npx.softmax(scores[0, 0])

    return step, {"hidden": hidden, "cell": cell}
