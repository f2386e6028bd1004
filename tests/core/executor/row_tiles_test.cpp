// Loops over row tiles: the bits of the plan without, for any rows at a time and any threads.
#include "graph/partition/row_tiles.h"

#include <algorithm>
#include <array>

#include "core/graph/image_networks.h"
#include "executor/lowering/row_tiles.h"
#include "executor/plan/target.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"
#include "graph/passes/pipeline.h"
#include "runtime/engine/threads.h"

using namespace weft;
using namespace weft::testing;

namespace {

// What a plan is made of, without row tiles.
Graph plain(const Graph& graph) {
  const graph::PassContext context{executor::fold_node};
  const graph::PassSelection selection("-tile_rows");
  auto whole = graph::run_passes(Graph(graph), graph::Stage::kWhole, context, selection);
  REQUIRE_MESSAGE(whole.ok(), whole.status().message());
  auto ready = graph::run_passes(whole.take(), graph::Stage::kAfterSplit, context, selection);
  REQUIRE_MESSAGE(ready.ok(), ready.status().message());
  return ready.take();
}

Graph tiled_by_rows(const Graph& ready, int64_t rows) {
  graph::PassContext context;
  context.tile_height = rows;
  auto result = graph::tile_rows(ready, context);
  REQUIRE_MESSAGE(result.ok(), result.status().message());
  Graph graph = result.take();
  const Status status = graph::verify(graph);
  REQUIRE_MESSAGE(status.ok(), status.message());
  return graph;
}

// As the pass forms them for speed.
Graph checked_row_tiles(const Graph& ready) {
  auto result = graph::tile_rows(ready, {});
  REQUIRE_MESSAGE(result.ok(), result.status().message());
  return result.take();
}

int loops(const Graph& graph) {
  return static_cast<int>(std::ranges::count_if(graph.regions, [](const graph::Region& region) {
    return region.kind == graph::RegionKind::kRowTiles;
  }));
}

// As `threads` threads run it, in memory that is filled with NaN before.
std::vector<Ref<Tensor>> run(const Graph& graph, const std::vector<Ref<Tensor>>& inputs,
                             int threads, bool sections = true) {
  executor::PlanOptions options;
  options.threads = threads;
  options.sections = sections;
  auto plan = executor::make_plan(graph, options);
  REQUIRE_MESSAGE(plan.ok(), plan.status().message());
  executor::Bound bound = executor::bind_new(plan.value());
  auto outputs = empty_tensors(graph.output_types());
  const auto in = pointers(inputs), out = pointers(outputs);
  const auto arena =
      empty_tensors(std::vector<TensorType>{{DType::kUInt8, {plan.value().arena_bytes + 64}}});
  const int before = num_threads();
  set_num_threads(threads);
  const Status status =
      executor::run_plan(plan.value(), bound, {in, out, arena[0]->data(), nullptr}, 1, 0);
  set_num_threads(before);
  REQUIRE_MESSAGE(status.ok(), status.message());
  for (int i = 0; i < 64; ++i)
    REQUIRE(static_cast<unsigned char>(arena[0]->data()[plan.value().arena_bytes + i]) == 0xff);
  return outputs;
}

void check_bits(const Graph& graph, std::mt19937& random, int& formed) {
  const Graph ready = plain(graph);
  const auto inputs = random_inputs(ready, random);
  const auto wanted = run(ready, inputs, 1);
  for (const int64_t rows : {1, 3, 8}) {
    const Graph row_tiles = tiled_by_rows(ready, rows);
    formed += loops(row_tiles);
    for (const bool sections : {false, true}) {
      for (const int threads : {1, 3}) {
        const auto found = run(row_tiles, inputs, threads, sections);
        for (size_t i = 0; i < wanted.size(); ++i)
          CHECK_MESSAGE(same_bits(*found[i], *wanted[i]),
                        "output " << i << ", " << rows << " rows, sections " << sections
                                  << ", threads " << threads << "\n"
                                  << graph::print(row_tiles));
      }
    }
  }
}

Value windowed(const Value& x, const Value& w, std::array<int64_t, 2> stride,
               std::array<int64_t, 2> pad, std::array<int64_t, 2> dilation, int64_t groups) {
  return x.builder().call("convolution_image", {x, w},
                          {Argument::none(), Argument::of_ints(stride), Argument::of_ints(pad),
                           Argument::of_ints(dilation), Argument::of_int(groups)});
}

// Convolutions of all windows, poolings, shortcuts and concatenations on images that are large
// enough for Winograd's tiles; one result.
Graph random_chain(unsigned seed, int length) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t n) { return static_cast<int64_t>(random() % n); };
  Graph graph;
  GraphBuilder b(graph);
  const auto weight = [&](Shape shape) {
    const double size = static_cast<double>(shape[1] * shape[2] * shape[3]);
    return b.constant(random_tensor({DType::kFloat32, shape}, random)) * (1 / size);
  };
  Value x = b.input(f32({1 + pick(2), 3, 25 + pick(8), 26}), "x");
  x = windowed(x, weight({32, 3, 3, 3}), {1, 1}, {1, 1}, {1, 1}, 1);
  Value shortcut = x;
  for (int i = 0; i < length && b.status().ok(); ++i) {
    const int64_t channels = x.shape()[1];
    const Value before = x;
    switch (pick(8)) {
      case 0: x = convolved(x, weight({pick(2) ? 32 : 64, channels, 3, 3}), 1); break;
      case 1: {
        const int64_t dilation = 1 + pick(3);
        x = windowed(x, weight({24, channels, 3, 2}), {1 + pick(2), 1}, {pick(3), pick(2)},
                     {dilation, 1}, 1);
        break;
      }
      case 2:
        x = windowed(x, weight({channels, 1, 3 + 2 * pick(2), 3}), {1 + pick(2), 1 + pick(2)},
                     {1 + pick(2), 1}, {1, 1}, channels);
        break;
      case 3: x = convolved(x, weight({16 * (1 + pick(4)), channels, 1, 1})); break;
      case 4: x = pooled(x, pick(2) ? "max" : "avg"); break;
      case 5: {
        const Value parts[] = {x, b.call("tanh", {x}), x};
        x = ops::concatenate(parts, 1);
        break;
      }
      case 6: x = b.call("sigmoid", {x * weight({1, channels, 1, 1})}) * x; break;
      default: x = b.call("relu", {x + weight({1, channels, 1, 1})}); break;
    }
    if (x.shape()[2] < 3 || x.shape()[3] < 5) x = before;
    if (shortcut.shape() == x.shape() && pick(2)) x = x + shortcut;
    if (pick(3) == 0) shortcut = x;
  }
  b.output(sum_of_planes(x, false));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// Expand, depthwise, project with a shortcut, on an image of so many rows.
Graph inverted_residual(int64_t rows, int64_t stride) {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({1, 24, rows, 56}), "x") * 1.5;
  const auto relu6 = [&](const Value& v) {
    return b.call("minimum", {b.call("relu", {v}), ops::scalar(v, 6)});
  };
  Value y = relu6(convolved(x, b.input(f32({144, 24, 1, 1}))));
  y = relu6(convolved(y, b.input(f32({144, 1, 3, 3})), 1, stride, 144));
  y = convolved(y, b.input(f32({24, 144, 1, 1})));
  b.output(sum_of_planes(stride == 1 ? y + x : y, false));
  return graph;
}

}  // namespace

TEST_CASE("row tiles keep every bit of random convolutional chains") {
  std::mt19937 random(2);
  int formed = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    check_bits(random_chain(seed, 3 + static_cast<int>(seed % 8)), random, formed);
  }
  CHECK(formed > 100);
}

TEST_CASE("row tiles keep every bit of random networks of all operators on images") {
  std::mt19937 random(3);
  int formed = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    check_bits(random_network(seed, 4 + static_cast<int>(seed % 12)), random, formed);
  }
  CHECK(formed > 20);
}

TEST_CASE("what lies between the layers of an inverted residual stays in a core's cache") {
  for (const int64_t stride : {1, 2}) {
    const Graph ready = plain(inverted_residual(56 * stride, stride));
    const Graph row_tiles = checked_row_tiles(ready);
    REQUIRE(loops(row_tiles) == 1);
    CHECK(count(*row_tiles.regions[0].body, "convolution_blocked") == 3);
    std::mt19937 random(4);
    const auto inputs = random_inputs(ready, random);
    const auto wanted = run(ready, inputs, 1);
    for (const int threads : {1, 2, 5})
      CHECK(same_bits(*run(row_tiles, inputs, threads)[0], *wanted[0]));
  }
  // Of three rows one thread would make two, and both of them the one between.
  CHECK(loops(checked_row_tiles(plain(inverted_residual(3, 1)))) == 0);
}

TEST_CASE("threads share kernels where there are too few rows for a section each") {
  const Graph row_tiles = checked_row_tiles(plain(inverted_residual(14, 1)));
  REQUIRE(loops(row_tiles) == 1);
  for (const auto& [threads, lanes] : {std::pair(1, 1), std::pair(2, 2), std::pair(14, 1)}) {
    executor::PlanOptions options;
    options.threads = threads;
    const auto plan = executor::make_plan(row_tiles, options);
    REQUIRE_MESSAGE(plan.ok(), plan.status().message());
    const auto& steps = plan.value().steps;
    const auto loop =
        std::ranges::find_if(steps, [](const auto& step) { return !!step.row_tiles; });
    REQUIRE(loop != steps.end());
    CHECK(loop->row_tiles->lanes == lanes);
  }
}

TEST_CASE("a convolution that adds an array comes to lie over it") {
  const auto plan = executor::make_plan(plain(inverted_residual(8, 1)), {});
  REQUIRE_MESSAGE(plan.ok(), plan.status().message());
  int sums = 0;
  for (const executor::PlanStep& step : plan.value().steps) {
    if (step.name != "convolution_blocked" || step.in[3].shape.rank() < 0) continue;
    ++sums;
    CHECK(step.in[3].root == executor::MemoryRoot::kArena);
    CHECK(step.in[3].offset == step.out[0].offset);
  }
  CHECK(sums == 1);
}

TEST_CASE("kernels have their problem from the plan, inside of loops and outside") {
  const Graph ready = plain(inverted_residual(56, 1));
  executor::PlanOptions options;
  for (const Graph& graph : {Graph(ready), checked_row_tiles(ready)}) {
    const auto plan = executor::make_plan(graph, options);
    REQUIRE_MESSAGE(plan.ok(), plan.status().message());
    int kernels = 0;
    const auto check = [&](const auto& step) {
      if (!step.op || !step.op->slot.problem) return;
      ++kernels;
      CHECK(step.problem);
    };
    for (const executor::PlanStep& step : plan.value().steps) {
      check(step);
      if (!step.row_tiles) continue;
      for (const executor::RowTileStep& of_row_tile : step.row_tiles->steps) check(of_row_tile);
    }
    CHECK(kernels == 3);
  }
}

TEST_CASE("a stretch of convolutions needs as many rows as its windows have") {
  Graph graph;
  GraphBuilder b(graph);
  Value x = b.input(f32({1, 8, 64, 32}), "x") * 1.5;
  x = convolved(x, b.input(f32({32, 8, 1, 1})));
  for (int i = 0; i < 4; ++i) x = convolved(x, b.input(f32({32, 1, 3, 3})), 1, 1, 32);
  b.output(sum_of_planes(x, false));
  const Graph row_tiles = tiled_by_rows(plain(graph), 1);
  REQUIRE(loops(row_tiles) == 1);
  const Graph& body = *row_tiles.regions[0].body;
  std::vector<int32_t> nodes;
  std::vector<graph::RowRule> rules;
  std::vector<const graph::RowRule*> pointers;
  for (size_t n = 0; n < body.nodes.size(); ++n) {
    nodes.push_back(static_cast<int32_t>(n));
    rules.emplace_back(body, body.nodes[n]);
  }
  for (const graph::RowRule& rule : rules) pointers.push_back(&rule);
  const graph::RowTileSchedule schedule = graph::schedule_row_tiles(body, nodes, pointers, 1, 1);
  for (size_t n = 0; n + 1 < nodes.size(); ++n) CHECK(schedule.ring_rows[n] == 3);
  CHECK(schedule.work == doctest::Approx(1));
  // Two sections make the rows twice that windows of both read, and no others.
  const graph::RowTileSchedule halves = graph::schedule_row_tiles(body, nodes, pointers, 1, 2);
  CHECK(halves.sections.size() == 3);
  CHECK(halves.work > 1);
  CHECK(halves.work < 1 + 2.0 * 3 * 3 / 64);
}

TEST_CASE("kernels of others make row tiles of the axis that their windows have") {
  Graph graph;
  GraphBuilder b(graph);
  Value x = b.input(f32({1, 32, 8, 4}), "x");
  for (int i = 0; i < 3; ++i) x = b.call("copy", {x});
  b.output(x);
  graph::PassContext context;
  context.tile_height = 1;
  context.windows = [](const Graph&, const graph::Node& node) -> std::optional<graph::RowWindow> {
    if (!node.op || node.op->name != "copy") return {};
    return graph::RowWindow{1, 1, 1, 3, 0, false};  // rows of axis 1, three of them
  };
  const Graph row_tiles = graph::tile_rows(graph, context).value();
  REQUIRE(loops(row_tiles) == 1);
  CHECK(graph::verify(row_tiles).ok());
  Graph others = row_tiles;
  others.regions[0].windows = nullptr;
  CHECK(graph::verify(others).message().find("cannot be computed row by row") != std::string::npos);

  // Three rows of each image inside; the result follows three rows behind its operand.
  const executor::Target target{
      [](const ops::SlotTypes&) -> Result<executor::TargetKernel> {
        return executor::TargetKernel{ops::Strides::kDense, ops::kNoInput, 40};
      },
      8, 1, true, executor::Overlaps::kAll};
  executor::PlanOptions options;
  options.target = &target;
  options.sections = options.branches = false;
  const auto plan = executor::make_plan(row_tiles, options);
  REQUIRE_MESSAGE(plan.ok(), plan.status().message());
  constexpr int64_t kRow = 8 * 4 * 4;
  const executor::PlanStep& step = plan.value().steps[0];
  REQUIRE(step.row_tiles);
  const auto inside = static_cast<int64_t>(row_tiles.regions[0].body->nodes.size()) - 1;
  CHECK(step.row_tiles->ring_bytes == inside * 3 * kRow);
  CHECK(step.scratch_bytes == inside * 3 * kRow + 40);
  CHECK(step.row_tiles->over.operand == 0);
  CHECK(step.row_tiles->over.ahead == 0);
  CHECK(plan.value().arena_bytes == 32 * kRow + step.scratch_bytes);
}

TEST_CASE("what makes rows first is in row tiles where it has to be") {
  Graph graph;
  GraphBuilder b(graph);
  Value x = b.input(f32({1, 32, 8, 4}), "x");
  x = b.call("copy", {x});
  x = b.call("copy", {x});
  b.output(x + x);
  graph::PassContext context;
  context.tile_height = 1;
  context.row_tile_bytes = 1 << 20;  // all fits
  context.windows = [](const Graph&, const graph::Node& node) -> std::optional<graph::RowWindow> {
    if (!node.op || node.op->name != "copy") return {};
    return graph::RowWindow{1, 1, 0, 1, 1, false};
  };
  CHECK(loops(graph::tile_rows(graph, context).value()) == 0);
  context.begins_in_row_tiles = true;
  CHECK(loops(graph::tile_rows(graph, context).value()) == 1);
}

TEST_CASE("row tiles have a text form, and the verifier's rules") {
  const Graph row_tiles = tiled_by_rows(plain(inverted_residual(56, 1)), 4);
  const std::string text = graph::print(row_tiles);
  CHECK(text.find("row_tiles(") != std::string::npos);
  const auto back = graph::parse(text);
  REQUIRE_MESSAGE(back.ok(), back.status().message());
  CHECK(graph::print(back.value()) == text);
  const auto refused = [&](const auto& change, const char* reason) {
    Graph broken = row_tiles;
    Graph body = *broken.regions[0].body;
    change(broken, body);
    broken.regions[0].body = std::make_shared<const Graph>(body);
    const Status status = graph::verify(broken);
    CHECK_MESSAGE(status.message().find(reason) != std::string::npos, status.message());
  };
  refused([](Graph& g, Graph&) { g.regions[0].loop.maximum = 0; }, "a body and at least one row");
  refused([](Graph&, Graph& body) { body.outputs.push_back(body.outputs[0]); }, "one result");
  refused([](Graph&, Graph& body) { body.outputs[0] = body.nodes[0].outputs[0]; }, "one result");
  refused([](Graph&, Graph& body) { body.add_input(f32({2})); }, "as their body has inputs");
}
