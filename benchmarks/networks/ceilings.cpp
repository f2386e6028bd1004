// What this machine can do: the ceilings that networks' times are set against.
//
//   ceilings <threads> [avx2 | avx2_vnni]
//   ceilings line
//
// prints one JSON object, GFLOP/s and GB/s of the best of several rounds; of no instruction beyond
// a set, if that is asked for. `line`: nanoseconds that a cache line takes to another thread and
// back, in milliseconds of measuring. Processors of a virtual machine may be moved meanwhile to
// cores that share no cache, where it is some times as long.
//
// Arithmetic runs out of registers, in assembly: a compiler may keep an array of accumulators in
// memory, and would then measure that. Twelve chains cover latency 4 of two units with room. What
// the processor lacks is left out; bfloat16 may also be widened, where its own instruction is
// slower than two products of float32, and where there are tiles (AMX), those are what bounds.
// Bandwidth is read from, and copied between, arrays of many times the last cache's size; a copy
// counts both directions.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace {

constexpr int kRounds = 15;
constexpr long kIterations = 2'000'000;
constexpr int kChains = 12;
constexpr size_t kFloats = size_t{64} << 20;  // 256 MiB

using Work = std::function<void(int thread, int threads)>;

// The best time of all rounds; threads start each together.
double seconds(int threads, const Work& work) {
  double best = 1e30;
  std::barrier gate(threads);
  auto run = [&](int thread) {
    for (int round = 0; round < kRounds; ++round) {
      gate.arrive_and_wait();
      const auto begin = std::chrono::steady_clock::now();
      work(thread, threads);
      gate.arrive_and_wait();
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
      if (thread == 0) best = std::min(best, taken.count());
    }
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(run, thread);
  run(0);
  for (std::thread& other : others) other.join();
  return best;
}

#if defined(__x86_64__)
// One loop over an instruction on registers of one width, whose last two are zeros and the sources:
// operands that happen to be denormal would be slower on some processors.
#define CHAINS ".irp i, 0,1,2,3,4,5,6,7,8,9,10,11\n"
#define CLOBBERED \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11"

#define LOOP_AVX2(name, instruction)                                                       \
  void name(int, int) {                                                                    \
    asm volatile("vpxor %%ymm14, %%ymm14, %%ymm14\nvpxor %%ymm15, %%ymm15, %%ymm15" ::     \
                     : "xmm14", "xmm15");                                                  \
    for (long i = 0; i < kIterations; ++i) {                                               \
      asm volatile(CHAINS instruction " %%ymm14, %%ymm15, %%ymm\\i\n.endr" ::: CLOBBERED); \
    }                                                                                      \
  }
LOOP_AVX2(fma_avx2, "vfmadd231ps")
LOOP_AVX2(dot_int8_avx2, "%{vex%} vpdpbusd")

#define LOOP(name, instruction)                                                            \
  [[gnu::target("avx512f")]] void name(int, int) {                                         \
    asm volatile("vpxorq %%zmm30, %%zmm30, %%zmm30\nvpxorq %%zmm31, %%zmm31, %%zmm31" ::   \
                     : "xmm30", "xmm31");                                                  \
    for (long i = 0; i < kIterations; ++i) {                                               \
      asm volatile(CHAINS instruction " %%zmm30, %%zmm31, %%zmm\\i\n.endr" ::: CLOBBERED); \
    }                                                                                      \
  }
LOOP(fma_avx512, "vfmadd231ps")
LOOP(dot_bf16, "vdpbf16ps")
LOOP(dot_int8, "vpdpbusd")
#endif

#if defined(__x86_64__) && defined(__linux__)
// Four tiles of sums by two of each side, as a product of matrices has them.
constexpr long kTileIterations = kIterations / 20;
constexpr int kTiles = 4;

bool has_tiles() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kAmx = 1u << 22 | 1u << 24 | 1u << 25;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & kAmx) == kAmx &&
         syscall(SYS_arch_prctl, 0x1023, 18) == 0;  // ARCH_REQ_XCOMP_PERM
}
#define LOOP_TILES(name, instruction)                                                        \
  void name(int, int) {                                                                      \
    struct {                                                                                 \
      unsigned char palette = 1, rest[15] = {};                                              \
      unsigned short bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};                           \
      unsigned char rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};                             \
    } shape;                                                                                 \
    asm volatile("ldtilecfg %0" ::"m"(shape));                                               \
    for (long i = 0; i < kTileIterations; ++i)                                               \
      asm volatile(instruction " %tmm6, %tmm4, %tmm0\n" instruction                          \
                               " %tmm7, %tmm4, %tmm1\n" instruction                          \
                               " %tmm6, %tmm5, %tmm2\n" instruction " %tmm7, %tmm5, %tmm3"); \
    asm volatile("tilerelease");                                                             \
  }
LOOP_TILES(tiles_bf16, "tdpbf16ps")
LOOP_TILES(tiles_int8, "tdpbusd")
#endif

void print(const char* name, double value) {
  static bool is_first = true;
  std::printf("%s\"%s\": %.1f", is_first ? "{" : ", ", name, value);
  is_first = false;
}

// isa: a set that nothing is to go beyond, or empty.
void arithmetic(int threads, std::string_view isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const double per_iteration = double{kChains} * kIterations * threads / 1e9;
  auto measured = [&](int operations, void (*loop)(int, int)) {
    return operations * per_iteration / seconds(threads, loop);
  };
  const bool wide = isa.empty() && __builtin_cpu_supports("avx512f");
  double float32 = 0;
  if (wide)
    float32 = measured(32, fma_avx512);
  else if (__builtin_cpu_supports("fma"))
    float32 = measured(16, fma_avx2);
  if (float32 > 0) print("float32", float32);
  double bfloat16 = 0, int8 = 0;
  if (wide && __builtin_cpu_supports("avx512bf16"))
    bfloat16 = std::max(float32, measured(64, dot_bf16));
  if (wide && __builtin_cpu_supports("avx512vnni")) int8 = measured(128, dot_int8);
#if defined(__linux__)
  if (wide && has_tiles()) {
    const double tiles = double{kTiles} * kTileIterations * threads / 1e9;
    bfloat16 = 2 * 16 * 16 * 32 * tiles / seconds(threads, tiles_bf16);
    int8 = 2 * 16 * 16 * 64 * tiles / seconds(threads, tiles_int8);
  }
#endif
  if (bfloat16 > 0) print("bfloat16", bfloat16);
  if (int8 > 0) print("int8", int8);
  if (isa == "avx2_vnni" && __builtin_cpu_supports("avxvnni"))
    print("int8", measured(64, dot_int8_avx2));
#else
  (void)threads;
  (void)isa;
#endif
}

// Eight accumulators, so that additions do not wait for each other.
float sum(const float* data, size_t count) {
  float lanes[128] = {};
  for (size_t i = 0; i + 128 <= count; i += 128) {
    for (int lane = 0; lane < 128; ++lane) lanes[lane] += data[i + lane];
  }
  float total = 0;
  for (float lane : lanes) total += lane;
  return total;
}

void bandwidth(int threads) {
  std::vector<float> from(kFloats, 1.0F), to(kFloats, 1.0F);
  std::vector<float> sums(64);
  auto part = [&](int thread, int all) { return kFloats / all * thread; };
  const double bytes = kFloats * sizeof(float) / 1e9;
  print("read", bytes / seconds(threads, [&](int thread, int all) {
                  sums[thread] = sum(&from[part(thread, all)], kFloats / all);
                }));
  print("copy", 2 * bytes / seconds(threads, [&](int thread, int all) {
                  const size_t begin = part(thread, all);
                  std::memcpy(&to[begin], &from[begin], kFloats / all * sizeof(float));
                }));
}

void line() {
  constexpr int kTurns = 2'000;
  alignas(128) std::atomic<int> turn{0};
  const double taken = seconds(2, [&](int thread, int) {
    for (int i = thread; i < 2 * kTurns; i += 2) {
      while (turn.load(std::memory_order_acquire) != i) {
      }
      turn.store((i + 1) % (2 * kTurns), std::memory_order_release);
    }
  });
  print("line", taken / kTurns * 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "line") {
    line();
    std::puts("}");
    return 0;
  }
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const std::string_view isa = argc > 2 ? argv[2] : "";
  const bool is_known = isa.empty() || isa == "avx2" || isa == "avx2_vnni";
  if (threads < 1 || threads > 64 || argc > 3 || !is_known)
    return std::fputs("usage: ceilings <threads> [avx2 | avx2_vnni] | line\n", stderr), 2;
  arithmetic(threads, isa);
  bandwidth(threads);
  std::puts("}");
  return 0;
}
