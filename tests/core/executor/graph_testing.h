// Graphs to test with: small ones by hand, random ones over the operators that the passes and the
// planner treat differently (elementwise, views, reductions, products, random, several outputs).
#pragma once

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "doctest.h"
#include "executor/run/evaluate.h"
#include "graph/ir/graph_builder.h"
#include "ops/registry.h"

namespace weft::testing {

using graph::Graph;
using graph::GraphBuilder;
using ops::Argument;
using ops::TensorType;
using ops::Value;

inline TensorType f32(std::initializer_list<int64_t> shape) {
  return {DType::kFloat32, Shape(shape)};
}

inline Ref<Tensor> random_tensor(const TensorType& type, std::mt19937& random) {
  Ref<Tensor> tensor = Tensor::create(type.dtype, type.shape).take();
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  for (int64_t i = 0; i < tensor->elements(); ++i) {
    if (type.dtype == DType::kFloat64)
      reinterpret_cast<double*>(tensor->data())[i] = uniform(random);
    else if (type.dtype == DType::kFloat32)
      reinterpret_cast<float*>(tensor->data())[i] = static_cast<float>(uniform(random));
    else
      std::memset(tensor->data() + i * size_of(type.dtype), static_cast<int>(random() & 1),
                  static_cast<size_t>(size_of(type.dtype)));
  }
  return tensor;
}

inline std::vector<Ref<Tensor>> random_inputs(const Graph& graph, std::mt19937& random) {
  std::vector<Ref<Tensor>> tensors;
  for (const TensorType& type : graph.input_types()) tensors.push_back(random_tensor(type, random));
  return tensors;
}

inline std::vector<void*> pointers(const std::vector<Ref<Tensor>>& tensors) {
  std::vector<void*> result;
  for (const Ref<Tensor>& tensor : tensors) result.push_back(tensor ? tensor->data() : nullptr);
  return result;
}

inline std::vector<Ref<Tensor>> empty_tensors(std::span<const TensorType> types) {
  std::vector<Ref<Tensor>> tensors;
  for (const TensorType& type : types) {
    tensors.push_back(Tensor::create(type.dtype, type.shape).take());
    std::memset(tensors.back()->data(), 0xff, static_cast<size_t>(tensors.back()->bytes()));
  }
  return tensors;
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<size_t>(a.bytes())) == 0;
}

inline void print(GraphBuilder& b, const std::string& format, std::initializer_list<Value> arrays) {
  b.emit(ops::op_named("print"), {arrays.begin(), arrays.size()},
         std::vector<Argument>{Argument::of_string(format)});
}

// A program of `length` operators on two inputs and a constant. `smooth`: differentiable only.
// `prints`: about every third one is printed, with its number.
inline Graph random_graph(unsigned seed, int length, bool smooth = false,
                          DType dtype = DType::kFloat32, bool prints = false) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  Graph graph;
  GraphBuilder b(graph);
  std::vector<Value> values = {b.input({dtype, {3, 4}}, "x"), b.input({dtype, {4}}, "w")};
  values.push_back(b.constant(random_tensor({dtype, {3, 1}}, random)));
  const auto any = [&] {  // broadcasts to (3, 4)
    const Value v = values[pick(values.size())];
    return v.rank() == 2 && v.shape()[0] == 4 ? ops::swap_last_axes(v) : v;
  };
  const auto full = [&] {
    const Value v = any();
    return v.shape() == Shape{3, 4} ? v : ops::broadcast_to(v, {3, 4});
  };
  const int64_t last[] = {-1};
  for (int i = 0; i < length; ++i) {
    Value v;
    switch (pick(smooth ? 11 : 15)) {
      case 0:
      case 1: v = full() + any() * (pick(2) ? 0.5 : 0.25); break;
      case 2: v = full() * full() * 0.5; break;
      case 3: v = b.call("tanh", {any()}); break;
      case 4: v = b.call("sigmoid", {full() - full()}); break;
      case 5: v = ops::sum(full(), last, true) * 0.25; break;
      case 6: v = ops::reshape(full(), {4, 3}); break;
      case 7: v = ops::swap_last_axes(full()); break;
      case 8: {
        const Value a = full();
        v = ops::matmul(a, ops::matmul(ops::swap_last_axes(full()), full())) * 0.1;
        break;
      }
      case 9: {
        const int64_t shape[] = {2, 4}, strides[] = {4, 1};
        const Value part =
            b.call("strided_view", {full()},
                   {Argument::of_int(4), Argument::of_ints(shape), Argument::of_ints(strides)});
        const int64_t axes[] = {0};
        v = ops::sum(part, axes, false);
        break;
      }
      case 10: v = 1.0 / (full() * full() + 1.0); break;
      case 11: v = ops::where(ops::greater(full(), full()), full(), any()); break;
      case 12: v = ops::cast(ops::cast(full(), DType::kFloat64) * 2.0, dtype); break;
      case 13: {
        const int64_t shape[] = {3, 4};
        v = b.call("uniform", {},
                   {Argument::of_float(0), Argument::of_float(1), Argument::of_ints(shape),
                    Argument::of_dtype(dtype)});
        break;
      }
      default: v = b.call("relu", {full() - 1.0}); break;
    }
    values.push_back(v);
    if (prints && pick(3) == 0) {
      const Value seen = any();
      if (pick(2))
        print(b, std::to_string(i) + ": {}", {seen});
      else
        print(b, std::to_string(i) + ": {} {}", {seen, seen});
    }
    if (prints && pick(8) == 0) print(b, "the same", {});
  }
  b.output(values.back());
  b.output(any());
  if (pick(2)) b.output(any());
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

}  // namespace weft::testing
