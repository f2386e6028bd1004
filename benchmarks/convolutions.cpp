// Convolutions over channel blocks beside those over plain images, in turns: the layers of
// ResNet-50 and MobileNet v2, each with weights packed and data in its layout, as in the middle of
// a network. Shares are of the fused multiply-adds that one core (or each of several) reaches in
// this run, of bfloat16 by VDPBF16PS; measured again beside every layer: the clock of a busy
// machine moves.
//
// No layer takes less than its floor: its arithmetic at that peak, or reading as many bytes as its
// arrays have at what a core reads an array of their size with, from whichever cache holds it. The
// sums by kind say where a network's time goes and what is left to gain.
//
//     benchmarks/convolutions [threads] [bfloat16]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/convolution/blocked/convolution_blocked.h"
#include "kernels/isa/isa.h"
#include "ops/slots/split_work.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace weft;
using namespace weft::kernels;

namespace {

constexpr int kChains = 12;  // independent ones: latency times throughput
constexpr int64_t kSteps = 50'000;

DType tested = DType::kFloat32;

double now() {
  using Seconds = std::chrono::duration<double>;
  return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

#if defined(__x86_64__)
// Operations of one pass over the chains.
__attribute__((target("avx512f"))) double fused_avx512() {
  __m512 sums[kChains];
  const __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(1e-3f);
  for (__m512& sum : sums) sum = term;
  for (int64_t i = 0; i < kSteps; ++i)
#pragma GCC unroll 12
    for (int k = 0; k < kChains; ++k) sums[k] = _mm512_fmadd_ps(sums[k], factor, term);
  for (__m512& sum : sums) asm volatile("" ::"v"(sum));
  return 32.0 * kChains * kSteps;
}
__attribute__((target("avx512f,avx512bf16"))) double fused_pairs() {
  __m512 sums[kChains];
  const __m512bh factor = (__m512bh)_mm512_set1_epi32(0x3f7f3f7f);
  for (__m512& sum : sums) sum = _mm512_set1_ps(1e-3f);
  for (int64_t i = 0; i < kSteps; ++i)
#pragma GCC unroll 12
    for (int k = 0; k < kChains; ++k) sums[k] = _mm512_dpbf16_ps(sums[k], factor, factor);
  for (__m512& sum : sums) asm volatile("" ::"v"(sum));
  return 64.0 * kChains * kSteps;
}
__attribute__((target("avx2,fma"))) double fused_avx2() {
  __m256 sums[kChains];
  const __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(1e-3f);
  for (__m256& sum : sums) sum = term;
  for (int64_t i = 0; i < kSteps; ++i)
#pragma GCC unroll 12
    for (int k = 0; k < kChains; ++k) sums[k] = _mm256_fmadd_ps(sums[k], factor, term);
  for (__m256& sum : sums) asm volatile("" ::"x"(sum));
  return 16.0 * kChains * kSteps;
}
#endif

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void read_avx512(const float* from, int64_t count) {
  __m512 sums[4] = {};
  for (int64_t i = 0; i + 64 <= count; i += 64)
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k)
      sums[k] = _mm512_add_ps(sums[k], _mm512_loadu_ps(from + i + 16 * k));
  for (__m512& sum : sums) asm volatile("" ::"v"(sum));
}
__attribute__((target("avx2"))) void read_avx2(const float* from, int64_t count) {
  __m256 sums[4] = {};
  for (int64_t i = 0; i + 32 <= count; i += 32)
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) sums[k] = _mm256_add_ps(sums[k], _mm256_loadu_ps(from + i + 8 * k));
  for (__m256& sum : sums) asm volatile("" ::"x"(sum));
}
#endif

// Seconds in which one core reads an array that it has read before; 0 as in `peak`.
double reading([[maybe_unused]] const float* from, [[maybe_unused]] int64_t count) {
  double best = 0;
#if defined(__x86_64__)
  for (int i = 0; i < 5 && active_isa() != Isa::kGeneric; ++i) {
    const double start = now();
    if (active_isa() == Isa::kAvx512)
      read_avx512(from, count);
    else
      read_avx2(from, count);
    const double seconds = now() - start;
    best = i == 0 ? seconds : std::min(best, seconds);
  }
#endif
  return best;
}

// Operations a second of one core, 0 where it has no fused multiply-add.
double peak() {
  double best = 0;
#if defined(__x86_64__)
  for (int i = 0; i < 5 && active_isa() != Isa::kGeneric; ++i) {
    const double start = now();
    const bool has_pairs = tested == DType::kBFloat16 && active_isa() == Isa::kAvx512 &&
                           __builtin_cpu_supports("avx512bf16");
    const double operations = has_pairs                      ? fused_pairs()
                              : active_isa() == Isa::kAvx512 ? fused_avx512()
                                                             : fused_avx2();
    best = std::max(best, operations / (now() - start));
  }
#endif
  return best;
}

struct Layer {
  int64_t in, out, kernel, stride, side;
  int count;  // in the network
  bool is_depthwise = false;
};
const Layer kResNet50[] = {
    {3, 64, 7, 2, 224, 1},    {64, 64, 1, 1, 56, 1},    {64, 64, 3, 1, 56, 3},
    {64, 256, 1, 1, 56, 4},   {256, 64, 1, 1, 56, 2},   {256, 128, 1, 1, 56, 1},
    {128, 128, 3, 2, 56, 1},  {128, 512, 1, 1, 28, 4},  {256, 512, 1, 2, 56, 1},
    {512, 128, 1, 1, 28, 3},  {128, 128, 3, 1, 28, 3},  {512, 256, 1, 1, 28, 1},
    {256, 256, 3, 2, 28, 1},  {256, 1024, 1, 1, 14, 6}, {512, 1024, 1, 2, 28, 1},
    {1024, 256, 1, 1, 14, 5}, {256, 256, 3, 1, 14, 5},  {1024, 512, 1, 1, 14, 1},
    {512, 512, 3, 2, 14, 1},  {512, 2048, 1, 1, 7, 3},  {1024, 2048, 1, 2, 14, 1},
    {2048, 512, 1, 1, 7, 2},  {512, 512, 3, 1, 7, 2},
};
const Layer kMobileNetV2[] = {
    {3, 32, 3, 2, 224, 1},         {32, 32, 3, 1, 112, 1, true},  {32, 16, 1, 1, 112, 1},
    {16, 96, 1, 1, 112, 1},        {96, 96, 3, 2, 112, 1, true},  {96, 24, 1, 1, 56, 1},
    {24, 144, 1, 1, 56, 2},        {144, 144, 3, 1, 56, 1, true}, {144, 24, 1, 1, 56, 1},
    {144, 144, 3, 2, 56, 1, true}, {144, 32, 1, 1, 28, 1},        {32, 192, 1, 1, 28, 3},
    {192, 192, 3, 1, 28, 2, true}, {192, 32, 1, 1, 28, 2},        {192, 192, 3, 2, 28, 1, true},
    {192, 64, 1, 1, 14, 1},        {64, 384, 1, 1, 14, 4},        {384, 384, 3, 1, 14, 4, true},
    {384, 64, 1, 1, 14, 3},        {384, 96, 1, 1, 14, 1},        {96, 576, 1, 1, 14, 3},
    {576, 576, 3, 1, 14, 2, true}, {576, 96, 1, 1, 14, 2},        {576, 576, 3, 2, 14, 1, true},
    {576, 160, 1, 1, 7, 1},        {160, 960, 1, 1, 7, 3},        {960, 960, 3, 1, 7, 3, true},
    {960, 160, 1, 1, 7, 2},        {960, 320, 1, 1, 7, 1},        {320, 1280, 1, 1, 7, 1},
};

// Aligned as a plan's arrays are.
struct alignas(64) Line {
  float lanes[16];
};
class Array {
 public:
  explicit Array(int64_t count) : lines_(static_cast<size_t>(count + 15) / 16) {
    unsigned state = 1;
    for (int64_t i = 0; i < count; ++i) {
      state = state * 1664525u + 1013904223u;
      put(i, float(state >> 9) * 0x1p-23f - 0.5f);
    }
  }
  float* data() { return lines_[0].lanes; }
  int64_t count() const { return static_cast<int64_t>(lines_.size()) * 16; }

 private:
  // In the dtype that is tested, cut off.
  void put(int64_t i, float value) {
    if (tested == DType::kFloat32) {
      data()[i] = value;
      return;
    }
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    reinterpret_cast<uint16_t*>(data())[i] = static_cast<uint16_t>(bits >> 16);
  }

  std::vector<Line> lines_;
};

// Every unit a piece of its own for the threads to take.
template <class Body>
void on_threads(int64_t units, Array& scratch, int64_t scratch_bytes, Body body) {
  parallel_for(units, 1, [&](int64_t begin, int64_t end, int thread) {
    body(Range{begin, end}, reinterpret_cast<char*>(scratch.data()) + thread * scratch_bytes);
  });
}

struct Sum {
  double plain = 0, blocked = 0, operations = 0, at_peak = 0, reading = 0, floor = 0;
  void add(const Sum& layer, int count) {
    plain += layer.plain * count;
    blocked += layer.blocked * count;
    operations += layer.operations * count;
    at_peak += layer.at_peak * count;
    reading += layer.reading * count;
    floor += layer.floor * count;
  }
  void print(const char* name) const {
    std::printf("%-26s %9.1f %9.1f us  %5.2f x  %6.1f GFLOP/s  %3.0f %%  %8.1f %8.1f us  %5.2f x\n",
                name, plain * 1e6, blocked * 1e6, blocked / plain, operations / blocked * 1e-9,
                100 * at_peak / blocked, at_peak * 1e6, reading * 1e6, blocked / floor);
  }
};

Sum time_layer(const Layer& layer) {
  Convolution p = {};
  p.dtype = tested;
  p.batch = 1;
  p.groups = layer.is_depthwise ? layer.in : 1;
  p.in_channels = layer.in;
  p.out_channels = layer.out;
  p.in_height = p.in_width = layer.side;
  p.kernel_height = p.kernel_width = layer.kernel;
  p.stride_height = p.stride_width = layer.stride;
  p.pad_top = p.pad_left = layer.kernel / 2;
  p.dilation_height = p.dilation_width = 1;
  p.out_height = p.out_width =
      convolution_extent(layer.side, layer.kernel, layer.stride, p.pad_top, p.pad_top, 1);
  const BlockedConvolution problem = in_blocks(p, channel_block(layer.in), 0);
  const int64_t taps = layer.kernel * layer.kernel, channels = layer.in / p.groups;
  Array x(layer.in * layer.side * layer.side), w(layer.out * channels * taps);
  Array packed(packed_panels(p, problem.in_block) * packed_panel_elements(p, problem.in_block));
  pack_panels(p, problem.in_block, Filters::kOwn, w.data(), packed.data(),
              {0, packed_panels(p, problem.in_block)});
  Array y(layer.out * p.out_height * p.out_width);
  const BlockedPlan plan = plan_blocked(problem);
  Array scratch(num_threads() * (convolution_scratch(p) + plan.scratch) / 4);
  const BlockedOperands operands = {x.data(), packed.data(), nullptr, nullptr, y.data()};
  Sum best;
  best.plain = best.blocked = 1e9;
  best.operations =
      2.0 * static_cast<double>(p.out_height * p.out_width * layer.out * channels * taps);
  double fastest = 0;
  const double end = now() + 0.3;
  for (int round = 0; round < 8 || now() < end; ++round) {
    const double start = now();
    for (int thread = 0; thread < num_threads(); ++thread)
      begin_convolution(reinterpret_cast<char*>(scratch.data()) + thread * convolution_scratch(p));
    on_threads(convolution_units(p), scratch, convolution_scratch(p),
               [&](Range units, void* memory) {
                 run_convolution(p, x.data(), w.data(), nullptr, y.data(), units, memory);
               });
    const double middle = now();
    on_threads(plan.units, scratch, plan.scratch, [&](Range units, void* memory) {
      run_blocked_convolution(plan, operands, units, memory);
    });
    best.blocked = std::min(best.blocked, now() - middle);
    best.plain = std::min(best.plain, middle - start);
    if (round % 8 == 0) fastest = std::max(fastest, peak());
  }
  if (fastest > 0) best.at_peak = best.operations / (fastest * num_threads());
  const int64_t elements = x.count() + packed.count() + y.count();
  const int64_t touched = tested == DType::kFloat32 ? elements : elements / 2;  // in floats
  best.reading = reading(Array(touched).data(), touched) / num_threads();
  best.floor = std::max(best.at_peak, best.reading);
  return best;
}

constexpr const char* kKinds[] = {"first layer", "depthwise", "1 x 1, images >= 28", "1 x 1, < 28",
                                  "other windows"};
size_t kind_of(const Layer& layer) {
  if (layer.in == 3) return 0;
  if (layer.is_depthwise) return 1;
  return layer.kernel > 1 ? 4 : layer.side >= 28 ? 2 : 3;
}

void time_network(const char* name, std::span<const Layer> layers) {
  Sum sum, kinds[std::size(kKinds)];
  for (const Layer& layer : layers) {
    const Sum times = time_layer(layer);
    char text[64];
    std::snprintf(text, sizeof text, "%d x %dx%d k%d s%d @%d", layer.count, int(layer.in),
                  int(layer.out), int(layer.kernel), int(layer.stride), int(layer.side));
    times.print(text);
    sum.add(times, layer.count);
    kinds[kind_of(layer)].add(times, layer.count);
  }
  for (size_t kind = 0; kind < std::size(kKinds); ++kind)
    if (kinds[kind].blocked > 0) kinds[kind].print(kKinds[kind]);
  sum.print(name);
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1) set_num_threads(std::max(1, std::atoi(arguments[1])));
  if (count > 2 && std::string_view(arguments[2]) == "bfloat16") tested = DType::kBFloat16;
  std::printf("instruction set %s, %d threads, peak of one %.0f GFLOP/s\n",
              name_of(active_isa()).data(), num_threads(), peak() * 1e-9);
  std::printf("%-26s %9s %9s %38s %8s %8s    of the floor\n", "layer", "plain", "blocked",
              "of peak", "at peak", "reading");
  time_network("ResNet-50, 53 layers", kResNet50);
  time_network("MobileNet v2, 52 layers", kMobileNetV2);
  return EXIT_SUCCESS;
}
