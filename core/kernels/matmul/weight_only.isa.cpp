// Products with int8 or int4 weights: kernels/matmul/weight_only.h. The sums of up to four rows
// stay in registers while a block of a panel, a few KiB, passes by; further rows find the block in
// the first-level cache.

#include "kernels/isa/isa_target.h"
#include "kernels/matmul/weight_only_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"
#include "kernels/simd/transpose_tile_impl.h"

typedef Vec<float> Floats;
constexpr int kVectors = int(kWeightColumns) / Floats::kLanes;
constexpr int kMaxRows = 4;  // rows at the same time
constexpr int64_t kLine = 64;
// How many bytes ahead weights are prefetched. Memory delivers a line about 100 ns after it was
// asked for, and in that time a core uses 4 KiB.
constexpr int64_t kAhead = 8192;
constexpr int64_t kScalesAhead = 1024;

// Bytes of two elements of k for all columns of a panel.
template <int kBits>
constexpr int64_t kPairBytes = kBits == 8 ? 2 * kWeightColumns : kWeightColumns;

WEFT_INLINE Floats widened(Vec<int32_t> integers) { return to_float_(integers); }

// Elements 2i and 2i + 1 of k, for a vector of columns.
template <int kBits>
WEFT_INLINE void load_pair(const uint8_t* from, Floats& even, Floats& odd) {
  if constexpr (kBits == 8) {
    even = widened(Memory<int8_t>::load((const int8_t*)from));
    odd = widened(Memory<int8_t>::load((const int8_t*)from + kWeightColumns));
  } else {
#if WEFT_AVX512
    // The lower half of a byte chooses from a table. The upper half is written into the last bits
    // of 2^19 (sign bit flipped, so that subtracting 2^19 + 8 gives its value). Shifts and
    // conversions would all use the same two of four units.
    const Vec<uint32_t> both = Memory<uint8_t>::load(from);
    const __m512 table = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1);
    even = Floats::of((Floats::Native)_mm512_permutexvar_ps((__m512i)both.v, table));
    const Vec<uint32_t> upper = both & Vec<uint32_t>(0xf0);
    odd = value_(upper ^ Vec<uint32_t>(0x49000080)) - Floats(0x1p19f + 8);
#else
    const Vec<int32_t> both = Memory<int8_t>::load((const int8_t*)from);
    even = widened(both << 28 >> 28);
    odd = widened(both >> 4);
#endif
  }
}

#if WEFT_AVX2
// Half-bytes of a whole vector of bytes, 32 columns at a time; extending bytes first takes a
// quarter longer. Vector i of the sums has columns i, i + 4, … until put_in_order().
template <int kFirstBit>
WEFT_INLINE Floats half_byte(Vec<int32_t> words) {
  if constexpr (kFirstBit < 16) {  // where they are, as the last bits of a power of two
    const Vec<int32_t> kept = words & Vec<int32_t>(15 << kFirstBit);
    const Floats power(float(1 << (23 - kFirstBit)));
    const Vec<int32_t> biased = kept ^ Vec<int32_t>(8 << kFirstBit) ^ bits_(power);
    return value_(biased) - (power + Floats(8));
  } else {
    return widened(words << (28 - kFirstBit) >> 28);
  }
}
WEFT_INLINE void add_half_bytes(const uint8_t* from, Floats first, Floats second,
                                Floats (&evens)[4], Floats (&odds)[4]) {
  const Vec<int32_t> words = Memory<int32_t>::load((const int32_t*)from);
  evens[0] = fma_(first, half_byte<0>(words), evens[0]);
  odds[0] = fma_(second, half_byte<4>(words), odds[0]);
  evens[1] = fma_(first, half_byte<8>(words), evens[1]);
  odds[1] = fma_(second, half_byte<12>(words), odds[1]);
  evens[2] = fma_(first, half_byte<16>(words), evens[2]);
  odds[2] = fma_(second, half_byte<20>(words), odds[2]);
  evens[3] = fma_(first, half_byte<24>(words), evens[3]);
  odds[3] = fma_(second, half_byte<28>(words), odds[3]);
}
// Two rounds of interleaving bring the columns into their order.
WEFT_INLINE void put_in_order(Floats (&sums)[4]) {
  Floats::Native mixed[4];
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 2; ++i)
      interleave(sums[i].v, sums[i + 2].v, &mixed[2 * i], &mixed[2 * i + 1],
                 typename CountTo<Floats::kLanes>::Type());
    for (int i = 0; i < 4; ++i) sums[i].v = mixed[i];
  }
}
#endif

// Rows of A, a_row apart, and their sums, kWeightColumns apart.
struct BlockRows {
  const float* a;
  int64_t a_row;
  float* sums;
};

// One block of k for kRows rows: even and odd chains, scaled and added to the sums.
template <int kBits, int kRows>
void add_block(const BlockRows& rows, int64_t depth, const uint8_t* panel, const float* scales) {
  // Eight vectors of sums hide the latency of two units; with 32 registers there is room for more.
  constexpr int kTogether = (WEFT_AVX512 && kRows > 1 ? 8 : 4) / kRows;
  for (int64_t line = 0; line < kWeightColumns * int64_t(sizeof *scales); line += kLine)
    __builtin_prefetch((const char*)scales + kScalesAhead + line);
  // Every pass over the block prefetches its share; otherwise memory would be idle in some passes.
  constexpr int64_t kStep = kPairBytes<kBits> * kTogether / kVectors;
  for (int part = 0; part < kVectors; part += kTogether) {
    Floats evens[kRows][kTogether], odds[kRows][kTogether];
    for (int r = 0; r < kRows; ++r)
      for (int j = 0; j < kTogether; ++j) evens[r][j] = odds[r][j] = Floats(0);
    const uint8_t* from = panel + part * Floats::kLanes;
    const uint8_t* ahead = panel + kAhead + part * depth / 2 * kPairBytes<kBits> / kVectors;
    const float* a = rows.a;
    for (int64_t k = 0; k < depth; k += 2, a += 2, from += kPairBytes<kBits>) {
      for (int64_t line = 0; line < kStep; line += kLine) __builtin_prefetch(ahead + line);
      ahead += kStep;
#if WEFT_AVX2
      if constexpr (kRows == 1 && kBits == 4) {
        add_half_bytes(from, Floats(a[0]), Floats(a[1]), evens[0], odds[0]);
        continue;
      }
#endif
      // One vector after the other: all of them together would need too many registers.
      WEFT_UNROLL
      for (int j = 0; j < kTogether; ++j) {
        Floats even, odd;
        load_pair<kBits>(from + j * Floats::kLanes, even, odd);
        WEFT_UNROLL
        for (int r = 0; r < kRows; ++r) {
          evens[r][j] = fma_(Floats(a[r * rows.a_row]), even, evens[r][j]);
          odds[r][j] = fma_(Floats(a[r * rows.a_row + 1]), odd, odds[r][j]);
        }
      }
    }
    WEFT_UNROLL
    for (int r = 0; r < kRows; ++r) {
      WEFT_UNROLL
      for (int j = 0; j < kTogether; ++j) evens[r][j] = evens[r][j] + odds[r][j];
#if WEFT_AVX2
      if constexpr (kRows == 1 && kBits == 4) put_in_order(evens[r]);
#endif
      WEFT_UNROLL
      for (int j = 0; j < kTogether; ++j) {
        const int64_t at = (part + j) * Floats::kLanes;
        float* sums = rows.sums + r * kWeightColumns + at;
        const Floats scale = Memory<float>::load(scales + at);
        Memory<float>::store(sums, fma_(scale, evens[r][j], Memory<float>::load(sums)));
      }
    }
  }
}

// One panel for all rows; `sums` is scratch of m x kWeightColumns.
template <int kBits>
void multiply_panel(const WeightOnlyProduct& p, int64_t panel, float* sums) {
  __builtin_memset(sums, 0, p.m * kWeightColumns * sizeof *sums);
  const int64_t group = p.k / p.groups;
  const int64_t col = panel * kWeightColumns;
  if (p.bias)  // the biases are so few that the caches have lost them since the last call
    for (int64_t j = 0; j < kWeightColumns; j += kLine / int64_t(sizeof *p.bias))
      __builtin_prefetch(p.bias + col + j);
  const uint8_t* weights = p.panels + panel * p.k / 2 * kPairBytes<kBits>;
  for (int64_t g = 0; g < p.groups; ++g)
    for (int64_t k = g * group; k < (g + 1) * group; k += kWeightBlock) {
      const int64_t rest = (g + 1) * group - k;
      const int64_t depth = rest < kWeightBlock ? rest : kWeightBlock;
      const uint8_t* block = weights + k / 2 * kPairBytes<kBits>;
      const float* scales = p.scales + (panel * p.groups + g) * kWeightColumns;
      for (int64_t row = 0; row < p.m;) {
        const BlockRows rows{p.a + row * p.k + k, p.k, sums + row * kWeightColumns};
        if (p.m - row >= kMaxRows) {
          add_block<kBits, kMaxRows>(rows, depth, block, scales);
          row += kMaxRows;
        } else if (p.m - row >= 2) {
          add_block<kBits, 2>(rows, depth, block, scales);
          row += 2;
        } else {
          add_block<kBits, 1>(rows, depth, block, scales);
          ++row;
        }
      }
    }
  const int64_t width = p.n - col < kWeightColumns ? p.n - col : kWeightColumns;
  for (int64_t row = 0; row < p.m; ++row)
    for (int64_t j = 0; j < width; j += Floats::kLanes) {
      const int64_t lanes = width - j < Floats::kLanes ? width - j : Floats::kLanes;
      Floats sum = Memory<float>::load(sums + row * kWeightColumns + j);
      if (p.bias) sum = sum + Memory<float>::load_part(p.bias + col + j, lanes);
      Memory<float>::store_part(p.c + row * p.n + col + j, sum, lanes);
    }
}

void weight_only(const WeightOnlyProduct& p, Range panels, void* scratch) {
  for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
    if (p.bits == 8) {
      multiply_panel<8>(p, panel, (float*)scratch);
    } else {
      multiply_panel<4>(p, panel, (float*)scratch);
    }
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
