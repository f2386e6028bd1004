"""A word language model in the words of MXNet 1.x's Gluon: an LSTM, trained by truncated
backpropagation with carried states and clipped gradients."""

import argparse
import math
import time

import mxnet as mx
from material import words
from mxnet import autograd, gluon
from mxnet.gluon import nn, rnn


class RNNModel(gluon.Block):
    """Embedding, LSTM, and a decoder, whose weight may be the embedding's."""

    def __init__(
        self,
        mode,
        vocab_size,
        num_embed,
        num_hidden,
        num_layers,
        dropout=0.5,
        tie_weights=False,
        **kwargs,
    ):
        super(RNNModel, self).__init__(**kwargs)
        with self.name_scope():
            self.drop = nn.Dropout(dropout)
            self.encoder = nn.Embedding(
                vocab_size, num_embed, weight_initializer=mx.init.Uniform(0.1)
            )
            if mode == "lstm":
                self.rnn = rnn.LSTM(num_hidden, num_layers, dropout=dropout, input_size=num_embed)
            elif mode == "gru":
                self.rnn = rnn.GRU(num_hidden, num_layers, dropout=dropout, input_size=num_embed)
            else:
                raise ValueError("Invalid mode %s" % mode)
            if tie_weights:
                self.decoder = nn.Dense(vocab_size, in_units=num_hidden, params=self.encoder.params)
            else:
                self.decoder = nn.Dense(vocab_size, in_units=num_hidden)
            self.num_hidden = num_hidden

    def forward(self, inputs, hidden):
        emb = self.drop(self.encoder(inputs))
        output, hidden = self.rnn(emb, hidden)
        output = self.drop(output)
        decoded = self.decoder(output.reshape((-1, self.num_hidden)))
        return decoded, hidden

    def begin_state(self, *args, **kwargs):
        return self.rnn.begin_state(*args, **kwargs)


def batchify(data, batch_size):
    """The text in columns, one for each row of a batch."""
    nbatch = data.shape[0] // batch_size
    data = data[: nbatch * batch_size]
    return data.reshape((batch_size, nbatch)).T


def get_batch(source, i, bptt):
    """Words, and the ones that follow them."""
    seq_len = min(bptt, source.shape[0] - 1 - i)
    return source[i : i + seq_len], source[i + 1 : i + 1 + seq_len].reshape((-1,))


def detach(hidden):
    """The state without its history."""
    if isinstance(hidden, (tuple, list)):
        return [detach(i) for i in hidden]
    return hidden.detach()


def evaluate(model, loss, data_source, args, ctx):
    """The mean loss of a text."""
    total_loss, ntotal = 0.0, 0
    hidden = model.begin_state(func=mx.nd.zeros, batch_size=args.batch_size, ctx=ctx)
    for i in range(0, data_source.shape[0] - 1, args.bptt):
        data, target = get_batch(data_source, i, args.bptt)
        output, hidden = model(data, hidden)
        L = loss(output, target)
        total_loss += mx.nd.sum(L).asscalar()
        ntotal += L.size
    return total_loss / ntotal


def train(args):
    """Trains; returns the perplexity of the end of the text."""
    mx.random.seed(2)
    ctx = mx.cpu()
    numbers, vocabulary = words(args.vocab)
    text = mx.nd.array(numbers[: args.words], dtype="float32")
    cut = int(len(text) * 0.9)
    train_data = batchify(text[:cut], args.batch_size).as_in_context(ctx)
    val_data = batchify(text[cut:], args.batch_size).as_in_context(ctx)
    model = RNNModel(
        "lstm", len(vocabulary), args.emsize, args.nhid, args.nlayers, args.dropout, args.tied
    )
    model.initialize(mx.init.Xavier(), ctx=ctx)
    trainer = gluon.Trainer(
        model.collect_params(), "sgd", {"learning_rate": args.lr, "momentum": 0, "wd": 0}
    )
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    best = evaluate(model, loss, val_data, args, ctx)
    print("before training: perplexity %.1f" % math.exp(best))
    for epoch in range(args.epochs):
        total, count, start = 0.0, 0, time.time()
        hidden = model.begin_state(func=mx.nd.zeros, batch_size=args.batch_size, ctx=ctx)
        for i in range(0, train_data.shape[0] - 1, args.bptt):
            data, target = get_batch(train_data, i, args.bptt)
            hidden = detach(hidden)
            with autograd.record():
                output, hidden = model(data, hidden)
                # The loss of the batch is its sum, as the gradients are clipped by their length.
                L = loss(output, target)
                L = L / (args.bptt * args.batch_size)
            L.backward()
            grads = [p.grad(ctx) for p in model.collect_params().values()]
            gluon.utils.clip_global_norm(grads, args.clip)
            trainer.step(1)
            total += mx.nd.sum(L).asscalar()
            count += 1
        val_L = evaluate(model, loss, val_data, args, ctx)
        print(
            "[Epoch %d] %.1f s, training %.1f, validation %.1f"
            % (epoch, time.time() - start, math.exp(total / count), math.exp(val_L))
        )
        if val_L < best:
            best = val_L
            model.save_parameters("lm.params")
        else:
            trainer.set_learning_rate(trainer.learning_rate * 0.25)
    model.load_parameters("lm.params", ctx)
    assert abs(evaluate(model, loss, val_data, args, ctx) - best) < 1e-4
    return math.exp(best), len(vocabulary)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--emsize", type=int, default=64)
    parser.add_argument("--nhid", type=int, default=64)
    parser.add_argument("--nlayers", type=int, default=1)
    parser.add_argument("--lr", type=float, default=10.0)
    parser.add_argument("--clip", type=float, default=0.25)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch-size", dest="batch_size", type=int, default=16)
    parser.add_argument("--bptt", type=int, default=20)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--tied", action="store_true", default=True)
    parser.add_argument("--vocab", type=int, default=800)
    parser.add_argument("--words", type=int, default=40000)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    if args.quick:
        args.epochs, args.words, args.vocab = 2, 12000, 300
    perplexity, size = train(args)
    assert perplexity < (0.4 if args.quick else 0.15) * size, perplexity
    print("language model: perplexity %.1f of %d words" % (perplexity, size))
