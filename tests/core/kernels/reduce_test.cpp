// Reductions against loops over long double, and their bits against each other.
#include "kernels/reduce/reduce.h"

#include <cstring>

#include "base/dtype.h"
#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/reduce/reduce_kernels_impl.h"
#include "kernels/reduce/run_reduce_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

template <class T>
TensorView dense_view(std::vector<T>& data, std::vector<int64_t> shape, DType dtype) {
  TensorView view = {};
  view.data = data.data();
  view.dtype = dtype;
  view.rank = int(shape.size());
  int64_t stride = 1;
  for (int axis = view.rank - 1; axis >= 0; --axis) {
    view.shape[axis] = shape[axis];
    view.strides[axis] = stride;
    stride *= shape[axis];
  }
  return view;
}

TensorView permuted(const TensorView& view) {  // axes reversed
  TensorView result = view;
  for (int axis = 0; axis < view.rank; ++axis) {
    result.shape[axis] = view.shape[view.rank - 1 - axis];
    result.strides[axis] = view.strides[view.rank - 1 - axis];
  }
  return result;
}

int64_t elements(const TensorView& view) {
  int64_t count = 1;
  for (int axis = 0; axis < view.rank; ++axis) count *= view.shape[axis];
  return count;
}

// Calls visit(output number, number among the reduced elements, element) in row-major order.
template <class T, class F>
void for_each(const TensorView& view, uint32_t axes, F visit) {
  for (int64_t flat = 0; flat < elements(view); ++flat) {
    int64_t index[kMaxRank], rest = flat, offset = 0, out = 0, position = 0;
    for (int axis = view.rank - 1; axis >= 0; --axis) {
      index[axis] = rest % view.shape[axis];
      rest /= view.shape[axis];
      offset += index[axis] * view.strides[axis];
    }
    for (int axis = 0; axis < view.rank; ++axis) {
      int64_t& number = axes >> axis & 1 ? position : out;
      number = number * view.shape[axis] + index[axis];
    }
    visit(out, position, static_cast<T*>(view.data)[offset]);
  }
}

const std::vector<std::vector<int64_t>> kShapes = {
    {1},       {7},       {64},       {1000},       {5000},         {3, 5},    {40, 70},
    {2, 3000}, {3000, 3}, {300, 130}, {4, 6, 5, 5}, {2, 3, 28, 28}, {3, 1, 17}};

void reduce_on(Isa isa, const Reduce& reduce, const void* in, void* out, Range units) {
  const int dtype = int(reduce.dtype);
  if (reduce.reduction == Reduction::kArgMax || reduce.reduction == Reduction::kArgMin) {
    const bool smallest = reduce.reduction == Reduction::kArgMin;
    run_reduce(WEFT_KERNEL_OF(isa, kArgReduces)[smallest][dtype], reduce, in, out, units);
  } else {
    run_reduce(WEFT_KERNEL_OF(isa, kReduces)[int(reduce.reduction)][dtype], reduce, in, out, units);
  }
}

}  // namespace

TEST_CASE("sum, max and argmax agree with loops, on dense and permuted views") {
  for (const auto& shape : kShapes) {
    std::vector<float> data = uniform<float>(40000, -1, 1);
    for (int flip = 0; flip < 2; ++flip) {
      TensorView view = dense_view(data, shape, DType::kFloat32);
      if (flip) view = permuted(view);
      for (uint32_t axes = 0; axes < (1u << view.rank); ++axes) {
        const Reduce sum = make_reduce(Reduction::kSum, view, axes);
        const int64_t units = reduce_units(sum);
        std::vector<long double> exact(units), magnitude(units), best(units, -INFINITY);
        std::vector<int64_t> where(units);
        for_each<float>(view, axes, [&](int64_t out, int64_t position, float x) {
          exact[out] += x;
          magnitude[out] += std::fabs(x);
          if (x > best[out]) best[out] = x, where[out] = position;
        });
        const Reduce max = make_reduce(Reduction::kMax, view, axes);
        const Reduce argmax = make_reduce(Reduction::kArgMax, view, axes);
        CAPTURE(axes);
        CAPTURE(shape.size());
        CAPTURE(shape[0]);
        std::vector<float> first;
        for (Isa isa : available_isas()) {
          std::vector<float> s(units), m(units);
          std::vector<int64_t> a(units);
          // Two ranges, cut anywhere, are one.
          const int64_t middle = units / 3;
          reduce_on(isa, sum, view.data, s.data(), {0, middle});
          reduce_on(isa, sum, view.data, s.data(), {middle, units});
          reduce_on(isa, max, view.data, m.data(), {0, units});
          reduce_on(isa, argmax, view.data, a.data(), {0, middle});
          reduce_on(isa, argmax, view.data, a.data(), {middle, units});
          for (int64_t i = 0; i < units; ++i) {
            REQUIRE(std::fabs(s[i] - exact[i]) <= 1e-6L * magnitude[i]);
            REQUIRE(m[i] == best[i]);
            REQUIRE(a[i] == where[i]);
          }
          if (first.empty()) first = s;
          REQUIRE(std::memcmp(first.data(), s.data(), units * sizeof(float)) == 0);
        }
      }
    }
  }
}

TEST_CASE("one unit at a time gives the bits of all at once") {
  std::vector<double> data = uniform<double>(60 * 70 * 9, -1, 1);
  TensorView view = dense_view(data, {60, 70, 9}, DType::kFloat64);
  for (uint32_t axes = 0; axes < 8; ++axes) {
    const Reduce sum = make_reduce(Reduction::kSum, view, axes);
    const int64_t units = reduce_units(sum);
    std::vector<double> whole(units), single(units);
    run_reduce(sum, view.data, whole.data(), {0, units});
    for (int64_t i = 0; i < units; ++i) run_reduce(sum, view.data, single.data(), {i, i + 1});
    CHECK(whole == single);
  }
}

TEST_CASE("many runs of a few elements have the bits that each has alone") {
  constexpr int64_t kRuns = 67;
  for (const Isa isa : available_isas())
    for (const Reduction reduction :
         {Reduction::kSum, Reduction::kMax, Reduction::kMin, Reduction::kProd})
      for (const int64_t columns : {1, 2, 3, 7, 15, 16})
        for (const int64_t length : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 33}) {
          CAPTURE(name_of(isa));
          CAPTURE(int(reduction));
          CAPTURE(columns);
          CAPTURE(length);
          const int64_t run = length * columns;
          std::vector<float> data = uniform<float>(kRuns * run, -2, 2);
          for (size_t i = 0; i < data.size(); i += 3) data[i] = -0.0f;
          data.back() = NAN;
          const TensorView view = dense_view(data, {kRuns, length, columns}, DType::kFloat32);
          std::vector<float> together(kRuns * columns), alone(kRuns * columns);
          const Reduce all = make_reduce(reduction, view, 2);
          // One result first, so that a run is met in its middle.
          reduce_on(isa, all, data.data(), together.data(), {0, 1});
          reduce_on(isa, all, data.data(), together.data(), {1, kRuns * columns});
          for (int64_t i = 0; i < kRuns; ++i) {
            TensorView one = dense_view(data, {length, columns}, DType::kFloat32);
            one.data = data.data() + i * run;
            reduce_on(isa, make_reduce(reduction, one, 1), one.data, alone.data() + i * columns,
                      {0, columns});
          }
          CHECK(std::memcmp(together.data(), alone.data(), alone.size() * sizeof(float)) == 0);
        }
}

TEST_CASE("NaN wins in extrema, and argmax finds the first") {
  std::vector<float> data(100, 1.0f);
  data[40] = NAN;
  data[41] = NAN;
  TensorView view = dense_view(data, {100}, DType::kFloat32);
  for (Isa isa : available_isas()) {
    for (Reduction r : {Reduction::kMax, Reduction::kMin}) {
      float value = 0;
      reduce_on(isa, make_reduce(r, view, 1), view.data, &value, {0, 1});
      CHECK(std::isnan(value));
    }
    for (Reduction r : {Reduction::kArgMax, Reduction::kArgMin}) {
      int64_t position = 0;
      reduce_on(isa, make_reduce(r, view, 1), view.data, &position, {0, 1});
      CHECK(position == 40);
    }
  }
}

template <class T>
void check_places(std::vector<T> data, DType dtype) {
  for (const auto& shape : kShapes)
    for (int flip = 0; flip < 2; ++flip) {
      TensorView view = dense_view(data, shape, dtype);
      if (flip) view = permuted(view);
      for (uint32_t axes = 0; axes < (1u << view.rank); ++axes)
        for (Reduction r : {Reduction::kArgMax, Reduction::kArgMin}) {
          const Reduce reduce = make_reduce(r, view, axes);
          const int64_t units = reduce_units(reduce);
          std::vector<int64_t> where(units, -1);
          std::vector<T> best(units);
          for_each<T>(view, axes, [&](int64_t out, int64_t position, T x) {
            const bool beats = r == Reduction::kArgMax ? x > best[out] : x < best[out];
            const bool is_first_nan = x != x && best[out] == best[out];
            if (where[out] >= 0 && !beats && !is_first_nan) return;
            best[out] = x, where[out] = position;
          });
          for (Isa isa : available_isas()) {
            if (!WEFT_KERNEL_OF(isa, kArgReduces)[0][int(dtype)].rows) continue;
            std::vector<int64_t> found(units);
            reduce_on(isa, reduce, view.data, found.data(), {0, units});
            REQUIRE(found == where);
          }
        }
    }
}

TEST_CASE("of equal extrema, and of several NaN, the first is found") {
  std::vector<int8_t> bytes(40000);
  std::vector<float> numbers(40000);
  uint32_t state = 1;
  for (size_t i = 0; i < bytes.size(); ++i) {
    state = state * 1664525 + 1013904223;
    bytes[i] = int8_t(int(state >> 24) % 7 - 3);
    numbers[i] = (state >> 24) == 0 ? NAN : float(bytes[i]);
  }
  check_places(bytes, DType::kInt8);
  check_places(numbers, DType::kFloat32);
}

TEST_CASE("small integers and bool add in 64 bits; a sum over nothing is zero") {
  std::vector<uint8_t> data(1000, 255);
  TensorView view = dense_view(data, {10, 100}, DType::kUInt8);
  uint64_t total = 0;
  CHECK(result_dtype(Reduction::kSum, DType::kUInt8) == DType::kUInt64);
  run_reduce(make_reduce(Reduction::kSum, view, 3), view.data, &total, {0, 1});
  CHECK(total == 255000);
  std::vector<int8_t> bytes(1000, -3);
  TensorView columns = dense_view(bytes, {10, 100}, DType::kInt8);
  std::vector<int64_t> sums(100);
  run_reduce(make_reduce(Reduction::kSum, columns, 1), columns.data, sums.data(), {0, 100});
  for (int64_t sum : sums) CHECK(sum == -30);
  std::vector<float> none;
  TensorView empty = dense_view(none, {0, 4}, DType::kFloat32);
  float zeros[4] = {1, 1, 1, 1};
  run_reduce(make_reduce(Reduction::kSum, empty, 1), empty.data, zeros, {0, 4});
  for (float zero : zeros) CHECK(zero == 0);
}

TEST_CASE("products agree with loops, alike on every instruction set; one over nothing is one") {
  for (const auto& shape : kShapes) {
    std::vector<double> data = uniform<double>(40000, 0.99, 1.01);
    TensorView view = dense_view(data, shape, DType::kFloat64);
    for (uint32_t axes = 0; axes < (1u << view.rank); ++axes) {
      const Reduce prod = make_reduce(Reduction::kProd, view, axes);
      const int64_t units = reduce_units(prod);
      std::vector<long double> exact(units, 1);
      for_each<double>(view, axes, [&](int64_t out, int64_t, double x) { exact[out] *= x; });
      std::vector<double> first;
      for (Isa isa : available_isas()) {
        std::vector<double> found(units);
        reduce_on(isa, prod, view.data, found.data(), {0, units});
        for (int64_t i = 0; i < units; ++i)
          REQUIRE(std::fabs(found[i] - exact[i]) <= 1e-12L * exact[i]);
        if (first.empty()) first = found;
        REQUIRE(first == found);
      }
    }
  }
  std::vector<uint64_t> numbers = {3, UINT64_MAX, 5};
  TensorView view = dense_view(numbers, {3}, DType::kUInt64);
  uint64_t product = 0;
  run_reduce(make_reduce(Reduction::kProd, view, 1), view.data, &product, {0, 1});
  CHECK(product == uint64_t(-15));
  TensorView empty = dense_view(numbers, {0, 3}, DType::kUInt64);
  uint64_t ones[3] = {};
  run_reduce(make_reduce(Reduction::kProd, empty, 1), empty.data, ones, {0, 3});
  for (uint64_t one : ones) CHECK(one == 1);
}
