// Networks on images, for tests of the passes that change how images lie.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string_view>
#include <vector>

#include "core/executor/graph_testing.h"

namespace weft::testing {

inline int count(const Graph& graph, std::string_view name) {
  return static_cast<int>(std::ranges::count_if(
      graph.nodes, [&](const graph::Node& node) { return node.op && node.op->name == name; }));
}

inline Value convolved(const Value& x, const Value& w, int64_t pad = 0, int64_t stride = 1,
                       int64_t groups = 1) {
  return x.builder().call(
      x.shape().rank() == 5 ? "convolution" : "convolution_image", {x, w},
      {Argument::none(), Argument::of_ints({&stride, 1}), Argument::of_ints({&pad, 1}),
       Argument::none(), Argument::of_int(groups)});
}
inline Value pooled(const Value& x, const char* type) {
  const int64_t kernel = 3, stride = 2, pad = 1;
  return x.builder().call(x.shape().rank() == 5 ? "pooling" : "pooling_image", {x},
                          {Argument::of_ints({&kernel, 1}), Argument::of_string(type),
                           Argument::of_ints({&stride, 1}), Argument::of_ints({&pad, 1})});
}
inline Value sum_of_planes(const Value& x, bool keepdims) {
  const int64_t axes[] = {-1, 2, 3};
  return ops::sum(x, std::span(axes).first(static_cast<size_t>(x.shape().rank() - 2)), keepdims);
}

// The largest difference of two graphs' results, as a share of the largest element.
inline double difference(const Graph& a, const Graph& b, std::mt19937& random) {
  const auto inputs = random_inputs(a, random);
  const auto wanted = executor::evaluate(a, inputs, 1, 0);
  const auto found = executor::evaluate(b, inputs, 1, 0);
  REQUIRE_MESSAGE(wanted.ok(), wanted.status().message());
  REQUIRE_MESSAGE(found.ok(), found.status().message());
  double worst = 0;
  for (size_t i = 0; i < wanted.value().size(); ++i) {
    const Tensor &want = *wanted.value()[i], &have = *found.value()[i];
    REQUIRE(want.shape() == have.shape());
    double largest = 1e-30, gap = 0;
    for (int64_t k = 0; k < want.elements(); ++k) {
      const double x = reinterpret_cast<const float*>(want.data())[k];
      const double y = reinterpret_cast<const float*>(have.data())[k];
      largest = std::max(largest, std::fabs(x));
      gap = std::isnan(y) ? INFINITY : std::max(gap, std::fabs(x - y));
    }
    worst = std::max(worst, gap / largest);
  }
  return worst;
}

// A network on images of 3 channels, on sequences (one axis) or on volumes (three); every operator
// that the pass knows, and others. `trains`: weights are inputs, and batches are normalised.
inline Graph random_network(unsigned seed, int length, bool trains = false, int axes = 2) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t n) { return static_cast<int64_t>(random() % n); };
  Graph graph;
  GraphBuilder b(graph);
  const Shape x = axes == 1   ? Shape{2, 3, 25}
                  : axes == 2 ? Shape{2, 3, 11, 9}
                              : Shape{2, 3, 4, 7, 6};
  std::vector<Value> images = {b.input({DType::kFloat32, x}, "x")};
  // Extents of an image's; a sequence has no height, a volume is as deep as high.
  const auto weight = [&](const Shape& extents) {
    Shape shape{extents[0], extents[1]};
    for (int axis = 1; axis < axes; ++axis) shape.push_back(extents[2]);
    shape.push_back(axes == 1 ? extents[2] : extents[3]);
    const double size = static_cast<double>(shape.elements() / std::max<int64_t>(1, shape[0]));
    const TensorType type{DType::kFloat32, shape};
    return (trains ? b.input(type) : b.constant(random_tensor(type, random))) * (1 / size);
  };
  // Another norm that follows would take the mean away, whose gradient is zero but for rounding
  // then; not behind tanh.
  const auto normalized = [&](const Value& x) {
    const TensorType vector = f32({x.shape()[1]});
    const Value norm =
        b.call_all("batch_norm_training", {x, b.input(vector), b.input(vector)}, {})[0];
    return b.call("tanh", {norm});
  };
  const auto any = [&] { return images[static_cast<size_t>(pick(images.size()))]; };
  const int64_t filters[] = {8, 16, 24, 32, 48, 20};
  for (int i = 0; i < length; ++i) {
    const Value x = i < 2 ? images.back() : any();
    const int64_t channels = x.shape()[1];
    Value v;
    switch (i < 2 ? 0 : pick(11)) {
      case 0:
      case 1: {
        const int64_t k = 1 + 2 * pick(2);
        v = convolved(x, weight({filters[pick(6)], channels, k, k}), pick(2) ? k / 2 : 1,
                      1 + pick(2));
        if (trains && pick(2)) v = normalized(v);
        break;
      }
      case 2: v = convolved(x, weight({channels, 1, 3, 3}), 1, 1, channels); break;
      case 3:
        v = channels % 2 ? b.call("tanh", {x})
                         : convolved(x, weight({channels, channels / 2, 3, 1}), 1, 1, 2);
        break;
      case 4: v = x * weight({1, channels, 1, 1}) - weight({1, channels, 1, 1}); break;
      case 5: v = b.call("relu", {x + weight({1, channels, 1, 1})}); break;
      case 6: v = pooled(x, pick(2) ? "max" : "avg"); break;
      case 7: v = x * b.call("sigmoid", {sum_of_planes(x, true) * 0.01}); break;
      case 8: {
        v = x;
        for (const Value& other : images)
          if (other.shape() == x.shape()) v = v + other * 0.5;
        v = b.call("minimum", {b.call("maximum", {v, ops::scalar(v, 0)}), ops::scalar(v, 6)});
        break;
      }
      case 9: {
        std::vector<Value> parts;
        for (const Value& other : images)
          if (std::ranges::equal(other.shape().span().subspan(2), x.shape().span().subspan(2)))
            parts.push_back(other);
        v = ops::concatenate(parts, 1);
        break;
      }
      default: {
        const int last = x.shape().rank() - 1;
        v = ops::slice(x, last, 0, std::max<int64_t>(1, x.shape()[last] - 1));
        break;
      }
    }
    if (!b.status().ok()) break;
    images.push_back(v);
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  b.output(images.back());
  // Sums of what is normalised have gradients that are zero, but for rounding.
  const Value summed = any();
  b.output(sum_of_planes(trains ? summed * b.input(summed.type()) : summed, false));
  b.output(any());
  return graph;
}

}  // namespace weft::testing
