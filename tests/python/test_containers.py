"""Containers of blocks change as lists and dicts do, and blocks in plain ones are not lost."""

import copy

import pytest
from weft import np
from weft.gluon import nn

X = np.ones((2, 4))


def dense(units):
    layer = nn.Dense(units)
    layer.initialize()
    return layer


def sequence(kind=nn.HybridSequential):
    return kind(*map(dense, (3, 5, 2)))


def units(net):
    return [layer.units for layer in net]


@pytest.mark.parametrize("kind", [nn.Sequential, nn.HybridSequential, nn.BlockList])
def test_items_are_set_deleted_and_inserted(kind):
    net, plain = sequence(kind), [3, 5, 2]
    for change in (
        lambda n, make: n.__setitem__(1, make(7)),
        lambda n, make: n.__delitem__(0),
        lambda n, make: n.insert(1, make(9)),
        lambda n, make: n.append(make(4)),
        lambda n, make: n.extend([make(8), make(6)]),
        lambda n, make: n.pop(),
        lambda n, make: n.__delitem__(slice(1, 3)),
        lambda n, make: n.__setitem__(-1, make(1)),
    ):
        change(net, dense)
        change(plain, lambda number: number)
        assert units(net) == plain
        assert list(net._children) == [str(i) for i in range(len(plain))]
    assert net[0] in net
    assert units(net[:1]) == plain[:1]
    with pytest.raises(IndexError, match="there is no block 9"):
        net[9] = dense(1)
    with pytest.raises(TypeError, match="a child must be a Block; got int"):
        net[0] = 3
    assert units(net) == plain


def test_a_changed_network_is_traced_again_and_trains_what_it_has():
    net = sequence()
    net.hybridize()
    assert net(X).shape == (2, 2)
    net[2] = dense(6)
    assert net(X).shape == (2, 6)
    del net[1]
    assert net.collect_params()["1.weight"].shape[0] == 6
    net[1] = dense(6)
    assert net(X).shape == (2, 6)


class Tower(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.layers = nn.BlockList(dense(4) for _ in range(3))
        self.heads = nn.BlockDict(kind=dense(2))
        self.heads["place"] = dense(3)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return {name: head(x) for name, head in self.heads.items()}


def test_a_list_of_blocks_is_found_and_hybridized():
    net = Tower()
    assert "layers.2.bias" in net.collect_params()
    assert "heads.place.weight" in net.collect_params()
    eager = net(X)
    net.hybridize()
    assert {n: a.tolist() for n, a in net(X).items()} == {n: a.tolist() for n, a in eager.items()}
    copied = copy.deepcopy(net)
    assert copied(X)["place"].tolist() == eager["place"].tolist()
    del net.heads["kind"]
    assert list(net(X)) == ["place"]


def test_mistakes_are_told():
    blocks = nn.BlockDict(first=dense(2))
    with pytest.raises(LookupError, match="did you mean `first`"):
        blocks["frist"]
    with pytest.raises(ValueError, match="without dots"):
        blocks["a.b"] = dense(2)
    with pytest.raises(TypeError, match="computes nothing by itself"):
        nn.BlockList(dense(2))(X)
    with pytest.raises(TypeError, match="a child must be a Block"):
        nn.BlockList([3])
    assert isinstance(nn.BlockList(dense(1)).__add__([dense(2)]), nn.BlockList)
