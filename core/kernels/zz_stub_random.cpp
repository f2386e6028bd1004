#include "kernels/random.h"
namespace weft::kernels {
void run_random_uniform(const RandomStream& s, DType dtype, double low, double high, void* out, Range r) {
  for (int64_t i = r.begin; i < r.end; ++i) {
    uint64_t x = (s.seed * 1000003 + s.ordinal) * 0x9e3779b97f4a7c15ull + (uint64_t)i * 0xbf58476d1ce4e5b9ull;
    x ^= x >> 31; x *= 0x94d049bb133111ebull; x ^= x >> 29;
    double u = low + (high - low) * ((x >> 40) / 16777216.0);
    if (dtype == DType::kFloat64) ((double*)out)[i] = u; else ((float*)out)[i] = (float)u;
  }
}
}
