"""Word vectors by skip-gram with negative samples, in the words of MXNet 1.x: embeddings whose
gradients have only the rows that were used, and an optimizer that updates only these."""

import sys

import mxnet as mx
import numpy as np
from material import words
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

QUICK = "--quick" in sys.argv
WINDOW, NEGATIVE, SIZE = 3, 4, 32


class SkipGram(gluon.HybridBlock):
    """How well words fit to their surroundings: (N, 1 + NEGATIVE) products."""

    def __init__(self, vocab_size, embed_size, **kwargs):
        super(SkipGram, self).__init__(**kwargs)
        with self.name_scope():
            self.center = nn.Embedding(
                vocab_size,
                embed_size,
                sparse_grad=True,
                weight_initializer=mx.init.Uniform(0.5 / embed_size),
            )
            self.context = nn.Embedding(
                vocab_size,
                embed_size,
                sparse_grad=True,
                weight_initializer=mx.init.Uniform(0.5 / embed_size),
            )

    def hybrid_forward(self, F, center, contexts):
        v = self.center(center).expand_dims(1)
        u = self.context(contexts)
        return F.batch_dot(v, F.swapaxes(u, 1, 2)).reshape((0, -1))


def pairs(text, random):
    """Each word with one of those around it."""
    places = np.arange(WINDOW, len(text) - WINDOW)
    random.shuffle(places)
    shifts = random.randint(1, WINDOW + 1, len(places)) * random.choice([-1, 1], len(places))
    return text[places], text[places + shifts]


if __name__ == "__main__":
    mx.random.seed(5)
    random = np.random.RandomState(5)
    text, vocabulary = words(300 if QUICK else 800)
    counts = np.bincount(text, minlength=len(vocabulary)) ** 0.75
    net = SkipGram(len(vocabulary), SIZE)
    net.initialize(ctx=mx.cpu())
    trainer = gluon.Trainer(
        net.collect_params(), "adam", {"learning_rate": 0.01, "lazy_update": True}
    )
    loss = gluon.loss.SigmoidBinaryCrossEntropyLoss()
    batch = 512
    losses = []
    for epoch in range(1 if QUICK else 8):
        centers, contexts = pairs(text, random)
        total, steps = 0.0, 0
        for i in range(0, len(centers) - batch, batch):
            negatives = random.choice(len(vocabulary), (batch, NEGATIVE), p=counts / counts.sum())
            center = nd.array(centers[i : i + batch])
            around = nd.array(np.concatenate([contexts[i : i + batch, None], negatives], 1))
            label = nd.zeros((batch, 1 + NEGATIVE))
            label[:, 0] = 1
            with autograd.record():
                L = loss(net(center, around), label)
            L.backward()
            trainer.step(batch)
            total += L.mean().asscalar()
            steps += 1
        losses.append(total / steps)
        print("epoch %d: loss %.4f" % (epoch, losses[-1]))
    gradient = net.center.weight.list_grad()[0]
    assert gradient.stype == "row_sparse", gradient.stype
    assert 0 < gradient.indices.shape[0] <= batch
    vectors = net.center.weight.data()
    vectors = nd.broadcast_div(vectors, nd.norm(vectors, axis=1, keepdims=True))
    word = vocabulary.index("sons")
    near = nd.topk(nd.dot(vectors, vectors[word]), k=6, ret_typ="indices").asnumpy().astype(int)
    print("near to 'sons':", " ".join(vocabulary[i] for i in near[1:]))
    assert near[0] == word
    assert losses[-1] < (0.6 if QUICK else 0.5), losses
    print("word embedding: loss %.3f" % losses[-1])
