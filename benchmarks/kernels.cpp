// Speed of the kernels by themselves: matrix products, convolutions and elementwise loops on one
// thread, as GFLOP/s or GB/s of the best of several runs. Run with WEFT_ISA to compare.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kernels/convolution/convolution.h"
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/isa.h"
#include "kernels/matmul/matmul.h"
#include "kernels/reduce/reduce.h"
#include "kernels/tiles/tile_program.h"

using namespace weft;
using namespace weft::kernels;

namespace {

double now() {
  using Seconds = std::chrono::duration<double>;
  return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds of one call: the best of runs that together take a quarter of a second.
template <class F>
double best_seconds(F call) {
  call();
  double start = now();
  call();
  const double once = now() - start;
  const int repeats = once > 0.002 ? 1 : int(0.002 / (once + 1e-9)) + 1;
  double best = once;
  const double end = now() + 0.25;
  do {
    start = now();
    for (int i = 0; i < repeats; ++i) call();
    const double each = (now() - start) / repeats;
    if (each < best) best = each;
  } while (now() < end);
  return best;
}

std::vector<float> noise(int64_t count) {
  std::vector<float> values(count);
  unsigned state = 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = float(state >> 9) * 0x1p-23f - 0.5f;
  }
  return values;
}

void time_matmul(int64_t m, int64_t n, int64_t k, bool transposed_b) {
  const std::vector<float> a = noise(m * k), b = noise(k * n);
  std::vector<float> c(m * n);
  Matmul problem = {};
  problem.dtype = DType::kFloat32;
  problem.m = m;
  problem.n = n;
  problem.k = k;
  problem.batches = 1;
  problem.a = {a.data(), k, 1, 0};
  problem.b = {b.data(), transposed_b ? 1 : n, transposed_b ? k : 1, 0};
  problem.c = c.data();
  problem.c_row = n;
  std::vector<char> scratch(matmul_scratch(problem));
  const int64_t units = matmul_units(problem);
  const double seconds = best_seconds([&] { run_matmul(problem, {0, units}, scratch.data()); });
  std::printf("matmul %5lld x %5lld x %5lld %s %8.1f us %7.1f GFLOP/s  %3lld units\n", (long long)m,
              (long long)n, (long long)k, transposed_b ? "B^T" : "B  ", seconds * 1e6,
              2.0 * double(m) * double(n) * double(k) / seconds * 1e-9, (long long)units);
}

void time_convolution(const char* name, int64_t batch, int64_t in, int64_t size, int64_t out,
                      int64_t kernel, int64_t stride, int64_t pad) {
  Convolution p = {};
  p.dtype = DType::kFloat32;
  p.batch = batch;
  p.groups = 1;
  p.in_channels = in;
  p.in_height = p.in_width = size;
  p.out_channels = out;
  p.kernel_height = p.kernel_width = kernel;
  p.stride_height = p.stride_width = stride;
  p.pad_top = p.pad_left = pad;
  p.dilation_height = p.dilation_width = 1;
  p.out_height = p.out_width = convolution_extent(size, kernel, stride, pad, pad, 1);
  const std::vector<float> x = noise(batch * in * size * size),
                           w = noise(out * in * kernel * kernel);
  const std::vector<float> dy = noise(batch * out * p.out_height * p.out_width);
  std::vector<float> y(dy.size()), dx(x.size()), dw(w.size());
  const double flops = 2.0 * double(y.size()) * double(in * kernel * kernel);
  std::vector<char> scratch(convolution_scratch(p) + convolution_data_scratch(p) +
                            convolution_weight_scratch(p));
  const double forward = best_seconds([&] {
    begin_convolution(scratch.data());
    run_convolution(p, x.data(), w.data(), nullptr, y.data(), {0, convolution_units(p)},
                    scratch.data());
  });
  const double data = best_seconds([&] {
    begin_convolution(scratch.data());
    run_convolution_data(p, dy.data(), w.data(), dx.data(), {0, convolution_data_units(p)},
                         scratch.data());
  });
  const double weight = best_seconds([&] {
    run_convolution_weight(p, x.data(), dy.data(), dw.data(), {0, convolution_weight_units(p)},
                           scratch.data());
  });
  std::printf("%-24s forward %8.1f us %6.1f  data %8.1f us %6.1f  weight %8.1f us %6.1f GFLOP/s\n",
              name, forward * 1e6, flops / forward * 1e-9, data * 1e6, flops / data * 1e-9,
              weight * 1e6, flops / weight * 1e-9);
}

void time_elementwise(FormulaId formula, int64_t count) {
  const std::vector<float> a = noise(count), b = noise(count);
  std::vector<float> out(count);
  TensorView views[3] = {};
  const float* inputs[] = {a.data(), b.data()};
  for (int i = 0; i < 3; ++i) {
    views[i].data = i < 2 ? const_cast<float*>(inputs[i]) : out.data();
    views[i].shape[0] = count;
    views[i].strides[0] = 1;
    views[i].rank = 1;
    views[i].dtype = DType::kFloat32;
  }
  const bool is_binary = arity_of(formula) == 2;
  const TileStep step = {
      step_of(formula, DType::kFloat32), 2, {0, int16_t(is_binary ? 1 : -1), -1}};
  const DType dtypes[] = {DType::kFloat32, DType::kFloat32, DType::kFloat32};
  const TileProgram program = {{&step, 1}, dtypes, 3};
  const double seconds = best_seconds([&] {
    const TileLoop loop = make_tile_loop(Shape{count}, views);
    void* const data[] = {views[0].data, views[1].data, views[2].data};
    run_tiles(program, loop, data, {0, tile_units(loop)}, nullptr);
  });
  std::printf("%-10s %8lld elements %10.1f ns %6.2f ns/element\n", name_of(formula),
              (long long)count, seconds * 1e9, seconds * 1e9 / double(count));
}

void time_reduction(const char* name, int64_t rows, int64_t cols, uint32_t axes) {
  const std::vector<float> x = noise(rows * cols);
  std::vector<float> out(rows + cols);
  TensorView view = {};
  view.data = const_cast<float*>(x.data());
  view.rank = 2;
  view.shape[0] = rows;
  view.shape[1] = cols;
  view.strides[0] = cols;
  view.strides[1] = 1;
  view.dtype = DType::kFloat32;
  const Reduce reduce = make_reduce(Reduction::kSum, view, axes);
  const double seconds = best_seconds([&] {
    run_reduce(reduce, view.data, out.data(), {0, reduce_units(reduce)});
  });
  std::printf("%-10s %5lld x %5lld %8.1f us %6.1f GB/s\n", name, (long long)rows, (long long)cols,
              seconds * 1e6, double(x.size() * 4) / seconds * 1e-9);
}

}  // namespace

int main() {
  std::printf("instruction set: %s\n", name_of(active_isa()).data());
  for (int64_t n : {64, 128, 256, 512, 1024}) time_matmul(n, n, n, false);
  time_matmul(64, 120, 400, true);
  time_matmul(64, 400, 120, false);
  time_matmul(120, 400, 64, false);
  time_matmul(128, 3072, 768, true);
  time_matmul(32, 512, 512, true);
  time_matmul(1, 1000, 2048, true);
  time_convolution("LeNet 1x28 6@5 b64", 64, 1, 28, 6, 5, 1, 2);
  time_convolution("LeNet 6x14 16@5 b64", 64, 6, 14, 16, 5, 1, 0);
  time_convolution("ResNet 64x56 64@3 b1", 1, 64, 56, 64, 3, 1, 1);
  time_convolution("ResNet 256x14 256@3 b4", 4, 256, 14, 256, 3, 1, 1);
  time_convolution("ResNet 3x224 64@7/2 b1", 1, 3, 224, 64, 7, 2, 3);
  time_convolution("ResNet 256x56 64@1 b1", 1, 256, 56, 64, 1, 1, 0);
  time_convolution("ResNet 128x28 256@3/2 b1", 1, 128, 28, 256, 3, 2, 1);
  for (FormulaId f : {FormulaId::kAdd, FormulaId::kExp, FormulaId::kTanh, FormulaId::kLog})
    for (int64_t n : {4, 1024, 1000000}) time_elementwise(f, n);
  time_reduction("sum rows", 1000, 1000, 2);
  time_reduction("sum cols", 1000, 1000, 1);
  time_reduction("sum all", 1000, 1000, 3);
  time_reduction("softmax-like rows", 10000, 10, 2);
  return EXIT_SUCCESS;
}
