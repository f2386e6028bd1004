// Matrix products on one and on all threads, as shares of what the machine can do.
//
//   weft_bench_products [dtype] [m n k [layout]]
//       dtype: float32, float64, bfloat16, float16, or int8, of which only products with packed
//       weights are timed, requantized to int8
//
// Compute-bound products are compared with the rate of independent fused multiply-adds in
// registers (of int8: of exact sums of byte or 16-bit products), products of few rows with the rate
// at which threads sum an array of the size of B. Both are measured in turn with the products,
// because clocks and neighbours change; all figures are the best of many. WEFT_ISA and
// WEFT_NUM_THREADS choose what runs.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <string_view>

#include "base/dtype.h"
#include "kernels/int8/quantized.h"
#include "kernels/isa/isa.h"
#include "kernels/matmul/matmul.h"
#include "kernels/matmul/panels.h"
#include "ops/slots/split_work.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/pool.h"

using namespace weft;
using namespace weft::kernels;

namespace {

double now() {
  using Seconds = std::chrono::duration<double>;
  return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// One thread is timed by what the processor gave it, so that other programs count less.
double ticks() {
  if (num_threads() > 1) return now();
  timespec spent;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return double(spent.tv_sec) + double(spent.tv_nsec) * 1e-9;
}

template <class F>
double seconds_of(const F& call) {
  const double start = ticks();
  call();
  return ticks() - start;
}

constexpr int kPeakLoops = 20000;
#define WEFT_TWELVE_FMAS(instruction, reg)                                           \
  ".irp r,0,1,2,3,4,5,6,7,8,9,10,11\n" instruction " %%" reg "14,%%" reg "15,%%" reg \
  "\\r\n"                                                                            \
  ".endr"

// Twelve chains hide the latency of two units; zeros, so that nothing becomes subnormal.
double flops_of_peak_loop(Isa isa, DType dtype) {
#if defined(__x86_64__)
  const bool pairs =
      isa >= Isa::kAvx512 && dtype == DType::kBFloat16 && __builtin_cpu_supports("avx512bf16");
  for (int i = 0; i < kPeakLoops; ++i) {
    if (pairs)
      asm volatile(WEFT_TWELVE_FMAS("vdpbf16ps", "zmm")::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                         "xmm9", "xmm10", "xmm11");
    else if (isa >= Isa::kAvx512)
      asm volatile(WEFT_TWELVE_FMAS("vfmadd231ps", "zmm")::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                         "xmm9", "xmm10", "xmm11");
    else if (isa == Isa::kAvx2)
      asm volatile(WEFT_TWELVE_FMAS("vfmadd231ps", "ymm")::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                         "xmm9", "xmm10", "xmm11");
    else
      asm volatile(".irp r,0,1,2,3,4,5,6,7,8,9,10,11\n mulps %%xmm14,%%xmm\\r\n .endr" ::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                         "xmm9", "xmm10", "xmm11");
  }
  const double lanes = isa >= Isa::kAvx512 ? 16 : isa == Isa::kAvx2 ? 8 : 2;
  return kPeakLoops * 24.0 * lanes * (pairs ? 2 : 1) * (dtype == DType::kFloat64 ? 0.5 : 1);
#else
  return 0;
#endif
}

#define WEFT_TWELVE_SUMS(before, product, sum)            \
  ".irp r,0,1,2,3,4,5,6,7,8,9,10,11\n" before product sum \
  "\\r\n"                                                 \
  ".endr"

// The same of what sums of int8 products are made of.
double operations_of_byte_loop(Isa isa) {
#if defined(__x86_64__)
  const bool dots = isa >= Isa::kAvx512 && __builtin_cpu_supports("avx512vnni");
  for (int i = 0; i < kPeakLoops; ++i) {
    if (dots)
      asm volatile(WEFT_TWELVE_FMAS("vpdpbusd", "zmm")::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                         "xmm9", "xmm10", "xmm11");
    else if (isa >= Isa::kAvx2)
      asm volatile(WEFT_TWELVE_SUMS("", "vpmaddwd %%ymm14,%%ymm15,%%ymm13\n",
                                    "vpaddd %%ymm13,%%ymm\\r,%%ymm")::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                         "xmm9", "xmm10", "xmm11", "xmm13");
    else
      asm volatile(WEFT_TWELVE_SUMS("movdqa %%xmm14,%%xmm13\n", "pmaddwd %%xmm15,%%xmm13\n",
                                    "paddd %%xmm13,%%xmm")::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                         "xmm9", "xmm10", "xmm11", "xmm13");
  }
  return kPeakLoops * 24.0 * (dots ? 64 : isa >= Isa::kAvx2 ? 16 : 8);
#else
  return 0;
#endif
}

double peak_rate(DType dtype) {
  const int threads = num_threads();
  double flops = 0;
  const double seconds = seconds_of([&] {
    parallel_for(threads * 4, 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i)
        flops = dtype == DType::kInt8 ? operations_of_byte_loop(active_isa())
                                      : flops_of_peak_loop(active_isa(), dtype);
    });
  });
  return flops * threads * 4 / seconds;
}

// Bytes a second of reading `bytes` from where they are, in lines of 64.
double read_rate(const char* data, int64_t bytes) {
  constexpr int64_t kPiece = 65536;
  const double seconds = seconds_of([&] {
    parallel_for(bytes / kPiece, 1, [&](int64_t begin, int64_t end, int) {
      uint64_t sum = 0;
      const auto* words = reinterpret_cast<const uint64_t*>(data + begin * kPiece);
      const int64_t count = (end - begin) * kPiece / 8;
      for (int64_t i = 0; i + 64 <= count; i += 64)
        for (int64_t line = 0; line < 64; line += 8) sum += words[i + line];
      asm volatile("" ::"r"(sum));
    });
  });
  return double(bytes / kPiece * kPiece) / seconds;
}

// Layouts: bit 0 transposes A, bit 1 transposes B; or B is packed.
constexpr const char* kLayouts[] = {"A  B  ", "A' B  ", "A  B' ", "A' B' ", "A  P  "};
constexpr int kPacked = 4;
struct Shape3 {
  int64_t m, n, k;
  int layout = 0;
  int64_t batches = 1;
};

// A small random number in the bits of any floating dtype: a sign, and an exponent near one.
void fill(PoolVector<char>& bytes, DType dtype) {
  uint32_t state = 1;
  const int64_t size = size_of(dtype);
  for (int64_t i = 0; i + size <= int64_t(bytes.size()); i += size) {
    state = state * 1664525u + 1013904223u;
    const double value = double(int32_t(state)) * 0x1p-31;
    const float narrow = float(value);
    uint32_t bits;
    std::memcpy(&bits, &narrow, 4);
    if (dtype == DType::kFloat64) std::memcpy(&bytes[i], &value, 8);
    if (dtype == DType::kFloat32) std::memcpy(&bytes[i], &bits, 4);
    const uint16_t upper = uint16_t(bits >> 16), half = uint16_t(0x3000 | (state >> 16 & 0x83ff));
    if (dtype == DType::kBFloat16) std::memcpy(&bytes[i], &upper, 2);
    if (dtype == DType::kFloat16) std::memcpy(&bytes[i], &half, 2);
    if (dtype == DType::kInt8) bytes[i] = char(state >> 24);
  }
}

// Calls of a product with B in panels.
std::function<void()> packed_call(const Matmul& p, PoolVector<char>& panels,
                                  PoolVector<char>& scratch) {
  panels = PoolVector<char>(panels_of(p.n) * panel_elements(p.dtype, p.k) * size_of(p.dtype));
  run_pack_panels({p.dtype, p.n, p.k, p.b.data, p.b.row, p.b.col, panels.data()},
                  {0, panels_of(p.n)});
  constexpr float kOpen = std::numeric_limits<float>::infinity();
  const PanelProduct packed{p.dtype, p.m,     p.n,    p.k,   p.a.data, panels.data(),
                            nullptr, nullptr, -kOpen, kOpen, p.c,      false};
  const int64_t scratch_bytes = panel_product_scratch(packed);
  scratch = PoolVector<char>(scratch_bytes * num_threads());
  return [packed, scratch_bytes, &scratch] {
    ops::split_work(panel_product_units(packed), packed.m * packed.n * packed.k / 8, scratch.data(),
                    scratch_bytes,
                    [&](Range range, void* mine) { run_panel_product(packed, range, mine); });
  };
}

// The same of int8, with one multiplier for all columns.
std::function<void()> quantized_call(const Matmul& p, PoolVector<char>& panels,
                                     PoolVector<char>& scratch) {
  static const int32_t kMultiplier = 1 << 30, kShift = -9;
  const int64_t count = (p.n + kQuantizedColumns - 1) / kQuantizedColumns;
  panels = PoolVector<char>(count * (int8x4s_of(p.k) + 1) * kInt8x4 * kQuantizedColumns);
  auto* packed = reinterpret_cast<int8_t*>(panels.data());
  run_pack_quantized({p.n, p.k, static_cast<const int8_t*>(p.b.data), p.b.col, p.b.row, packed},
                     {0, count});
  const QuantizedProduct product{p.m, p.n,    p.k,     static_cast<const int8_t*>(p.a.data),
                                 3,   packed, nullptr, {&kMultiplier, &kShift},
                                 p.c};
  const int64_t scratch_bytes = quantized_product_scratch(product);
  scratch = PoolVector<char>(scratch_bytes * num_threads());
  return [product, scratch_bytes, &scratch] {
    ops::split_work(quantized_product_units(product), product.m * product.n * product.k / 16,
                    scratch.data(), scratch_bytes,
                    [&](Range range, void* mine) { run_quantized_product(product, range, mine); });
  };
}

void time_product(DType dtype, const Shape3& s) {
  const bool is_int8 = dtype == DType::kInt8;
  if (is_int8 ? s.batches > 1 : s.layout == kPacked && !has_panels(dtype)) return;
  const int64_t size = size_of(dtype);
  PoolVector<char> a(s.batches * s.m * s.k * size), b(s.batches * s.k * s.n * size),
      c(s.batches * s.m * s.n * size);
  fill(a, dtype);
  fill(b, dtype);
  Matmul p = {};
  p.dtype = dtype;
  p.m = s.m;
  p.n = s.n;
  p.k = s.k;
  p.batches = s.batches;
  p.a = {a.data(), s.layout & 1 ? 1 : s.k, s.layout & 1 ? s.m : 1, s.m * s.k};
  p.b = {b.data(), s.layout & 2 ? 1 : s.n, s.layout & 2 ? s.k : 1, s.k * s.n};
  p.c = c.data();
  p.c_row = s.n;
  p.c_batch = s.m * s.n;
  const double flops = 2.0 * double(s.batches) * double(s.m) * double(s.n) * double(s.k);
  const bool is_read = s.m <= 8;
  const int64_t scratch_bytes = matmul_scratch(p);
  PoolVector<char> scratch(scratch_bytes * num_threads()), panels(1);
  std::function<void()> call = [&] {
    ops::split_work(matmul_units(p), int64_t(flops / 16), scratch.data(), scratch_bytes,
                    [&](Range range, void* mine) { run_matmul(p, range, mine); });
  };
  if (is_int8) {
    call = quantized_call(p, panels, scratch);
  } else if (s.layout == kPacked) {
    call = packed_call(p, panels, scratch);
  }
  call();
  double best = 1e9, ceiling = 0;
  const int repeats = std::max(1, int(2e-4 / (flops / 3e11)));
  for (double end = now() + 0.5; now() < end;) {
    best = std::min(best, seconds_of([&] {
                            for (int i = 0; i < repeats; ++i) call();
                          }) / repeats);
    ceiling =
        std::max(ceiling, is_read ? read_rate(b.data(), int64_t(b.size())) : peak_rate(dtype));
  }
  const double rate = is_read ? double(b.size()) / best : flops / best;
  std::printf("%-8s %3lldx %4lldx%4lldx%4lld %s %dT %10.1f us %7.1f %s of %7.1f  %3.0f %%\n",
              name_of(dtype).data(), (long long)s.batches, (long long)s.m, (long long)s.n,
              (long long)s.k, kLayouts[s.layout], num_threads(), best * 1e6, rate * 1e-9,
              is_read ? "GB/s   " : "GFLOP/s", ceiling * 1e-9, 100 * rate / ceiling);
  std::fflush(stdout);
}

const Shape3 kShapes[] = {
    {64, 64, 64},       {128, 128, 128},       {256, 256, 256},       {512, 512, 512},
    {1024, 1024, 1024}, {2048, 2048, 2048},    {128, 768, 768},       {128, 3072, 768},
    {128, 768, 3072},   {64, 128, 784},        {32, 512, 512},        {512, 512, 512, 1},
    {512, 512, 512, 2}, {1024, 1024, 1024, 1}, {1024, 1024, 1024, 2}, {128, 768, 768, 2},
    {768, 768, 128, 1}, {128, 128, 64, 2, 12}, {128, 64, 128, 0, 12}, {16, 16, 16, 0, 64},
    {8, 8, 8, 0, 256},  {1, 4096, 4096},       {1, 4096, 4096, 2},    {4, 4096, 4096},
    {4, 4096, 4096, 2}, {8, 4096, 4096},       {8, 4096, 4096, 2},    {1, 768, 768},
    {1, 768, 768, 2},   {1, 3072, 768, 2},     {1, 768, 3072, 2},     {1, 16384, 4096, 2},
    {128, 768, 768, 4}, {128, 3072, 768, 4},   {128, 768, 3072, 4},   {1024, 1024, 1024, 4},
    {16, 1024, 256, 4},
};

}  // namespace

int main(int count, char** words) {
  DType dtype = DType::kFloat32;
  for (DType known :
       {DType::kInt8, DType::kFloat16, DType::kBFloat16, DType::kFloat32, DType::kFloat64})
    if (count > 1 && name_of(known) == words[1]) dtype = known;
  const int most = num_threads();
  std::printf("instruction set %s, compiler %s\n", name_of(active_isa()).data(), __VERSION__);
  for (int threads = 1; threads <= most; threads = threads < most ? most : most + 1) {
    set_num_threads(threads);
    if (count > 4) {
      time_product(dtype, {std::atoll(words[2]), std::atoll(words[3]), std::atoll(words[4]),
                           count > 5 ? std::atoi(words[5]) : 0});
    } else {
      for (const Shape3& shape : kShapes) time_product(dtype, shape);
    }
  }
  return EXIT_SUCCESS;
}
