"""benchmarks/networks: its networks as data and its processes, with NumPy and Weft."""

import sys
from pathlib import Path

import numpy
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "networks"


@pytest.fixture(scope="module", autouse=True)
def harness():
    """Its modules, which lie in no package and shall not stay importable."""
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))
    for name in set(sys.modules) - before:
        if str(FOLDER) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def _small_network():
    from convnets import ConvNet

    net = ConvNet("small", (3, 12, 12))
    x = net.add("relu", net.normed(0, "c1", "b1", 8, 3, 2, 1))
    y = net.add("relu6", net.normed(x, "c2", "b2", 8, 3, 1, 1, groups=8))
    y = net.normed(y, "c3", "b3", 8, 1, is_last=True)
    x = net.max_pool(net.add("add", y, x), 3, 2, 1)
    net.dense(net.mean(x), "fc", 5)
    return net


def _joined_network():
    """Its second and third norms have no convolution to themselves before them."""
    from convnets import ConvNet

    net = ConvNet("joined", (3, 12, 12))
    x = net.normed(0, "c1", "b1", 8, 3, 1, 1)
    x = net.join(x, net.pre_activated(x, "c2", "b2", 4, 3, 1, 1))
    x = net.average_pool(net.pre_activated(x, "c3", "b3", 8, 1), 2, 2)
    net.dense(net.mean(x), "fc", 5)
    return net


@pytest.mark.parametrize("create, norms", [(_small_network, []), (_joined_network, ["b2", "b3"])])
def test_folded_network_gives_what_the_network_with_norms_gives(create, norms):
    from on_weft import _ConvNet
    from weft import np

    net = create()
    folded, parameters = net.folded()
    assert [node.name for node in folded.nodes if node.kind == "batch_norm"] == norms
    x = np.array(numpy.random.default_rng(3).normal(size=(2, 3, 12, 12)).astype("float32"))
    results = []
    for network, values in ((net, net.parameters()), (folded, parameters)):
        block = _ConvNet(network)
        block.fill(values)
        block.hybridize()
        results.append(block(x).asnumpy())
    numpy.testing.assert_allclose(*results, rtol=1e-4, atol=1e-5)


def test_shapes_of_nodes_are_those_of_the_layers():
    from on_weft import _ConvNet
    from weft import np

    net = _small_network()
    block = _ConvNet(net)
    block.fill(net.parameters())
    assert block(np.zeros((1, 3, 12, 12))).shape == (1, *net.nodes[-1].shape)
    # 3 × 3 × 3 into 8 × 6 × 6, 3 × 3 of each of 8 channels, 8 × 8 at each place, 8 × 5
    assert net.multiply_adds == 27 * 288 + 9 * 288 + 8 * 288 + 40


def test_every_variant_belongs_to_a_workload_and_every_best_one_exists():
    from frameworks import BEST, PEERS, WEFT
    from workloads import WORKLOADS

    for framework in (WEFT, *PEERS):
        assert set(framework.variants) <= set(WORKLOADS)
    assert set(WEFT.variants) == set(WORKLOADS) == set(BEST)
    for name, best in BEST.items():
        for framework, variant in best:
            assert variant in framework.variants[name], (name, framework.name)


def test_process_gives_output_and_samples_and_ends(tmp_path):
    from frameworks import NUMPY
    from processes import Competitor

    competitor = Competitor(NUMPY, "add4", "eager", 1, tmp_path)
    try:
        assert competitor.is_ready, competitor.state
        numpy.testing.assert_array_equal(numpy.load(competitor.output), [1, 2, 3, 4])
        for _ in range(2):
            competitor.sample(0.02)
        assert [len(taken["samples"]) >= 3 for taken in competitor.rounds] == [True, True]
        assert all(0 < second < 1 for taken in competitor.rounds for second in taken["samples"])
    finally:
        competitor.close()
    assert not competitor.is_ready


def test_row_says_by_how_much_the_process_has_grown(tmp_path):
    import report
    from frameworks import NUMPY
    from processes import Competitor
    from workloads import WORKLOADS

    competitor = Competitor(NUMPY, "gemm_1024", "eager", 1, tmp_path)
    try:
        competitor.sample(0.02)
        row = report.row(WORKLOADS["gemm_1024"], 1, competitor)
    finally:
        competitor.close()
    matrices = 3 * 4  # MiB
    assert matrices <= row["growth_mb"] <= row["life_growth_mb"] < 100
    assert row["peak_mb"] == pytest.approx(row["imported_mb"] + row["growth_mb"], abs=0.2)


def test_forced_instruction_set_reaches_those_that_obey_and_leaves_the_others_out(
    monkeypatch, tmp_path
):
    import frameworks
    from processes import Competitor

    monkeypatch.setenv("WEFT_BENCH_ISA", "")  # what it was comes back
    named = {framework.name for framework, _ in frameworks.variants("gemm_512", False, set())}
    assert {"weft", "torch", "onnxruntime", "jax"} <= named
    frameworks.force("avx2")
    forced = {framework.name for framework, _ in frameworks.variants("gemm_512", False, set())}
    assert forced == {"weft", "torch", "openvino", "numpy"}
    # Where none of the best variants obeys, all that do are measured.
    best = {framework.name for framework, _ in frameworks.variants("mlp_train", True, set())}
    assert best == {"weft", "torch"}
    assert frameworks.environment(1, tmp_path)["WEFT_ISA"] == "avx2,-vnni"
    competitor = Competitor(frameworks.WEFT, "add4", "eager", 1, tmp_path)
    competitor.close()
    assert "version" in competitor.state


@pytest.mark.parametrize("has_avx512", [True, False])
def test_products_that_take_minutes_without_avx512_are_left_out(has_avx512, monkeypatch):
    import frameworks

    monkeypatch.setattr(frameworks, "_has_avx512", lambda: has_avx512)
    for best_only in (True, False):
        found = frameworks.variants("gemm_bf16_2048", best_only, set())
        peers = {framework.name for framework, _ in found if framework.name != "weft"}
        assert ("torch" in peers) == has_avx512
        assert peers - {"torch"} or (best_only and has_avx512)


def test_time_that_no_forced_instruction_set_allows_is_refused():
    import report
    from workloads import WORKLOADS

    workload = WORKLOADS["gemm_512"]
    seconds = workload.work / 100e9
    rows = [{"framework": name, "best": seconds} for name in ("weft", "torch")]
    report.refuse_impossible(workload, rows, {"float32": 95.0})
    assert all("best" in row for row in rows)
    report.refuse_impossible(workload, rows, {"float32": 50.0})
    assert "best" in rows[0]  # Winograd's sums are fewer than are counted
    assert "best" not in rows[1]
    assert "not obeyed" in rows[1]["failed"]


def test_picture_has_a_dot_for_each_framework_of_a_workload():
    import picture

    row = {"workload": "bert_b1", "threads": 2}
    rows = [
        {**row, "framework": name, "best": 1.0, "growth_mb": growth}
        for name, growth in (("weft", 90.0), ("torch", 100.0), ("openvino", 3000.0))
    ]
    drawn = picture.drawn({"rows": rows}, "memory")
    assert drawn.count("fill-opacity") == 3
    assert "0.25 ×" in drawn
    assert "32 ×" in drawn


def test_framework_that_is_not_installed_is_missing(tmp_path):
    from frameworks import Framework
    from processes import Competitor

    absent = Framework("absent", "no such environment", {"add4": ("eager",)})
    competitor = Competitor(absent, "add4", "eager", 1, tmp_path)
    assert "not installed" in competitor.state["missing"]
    assert not competitor.is_ready


def test_output_that_disagrees_is_not_timed(tmp_path):
    import run
    from frameworks import NUMPY
    from processes import Competitor
    from workloads import WORKLOADS

    wanted = numpy.array([1, 2, 3, 4.1], numpy.float32)
    competitor = Competitor(NUMPY, "add4", "eager", 1, tmp_path)
    run.compared(competitor, WORKLOADS["add4"], wanted)
    assert "disagrees" in competitor.state["failed"]
    assert not competitor.is_ready
