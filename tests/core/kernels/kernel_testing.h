// What tests of kernels share: arrays of samples, distances in units in the last place, and the
// list of instruction sets to compare.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/isa/active.h"

namespace weft::kernels::testing {

// Instruction sets that this build and processor have, generic first.
inline std::vector<Isa> available_isas() {
  std::vector<Isa> isas;
  for (Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512})
    if (is_available(isa)) isas.push_back(isa);
  return isas;
}

// A small generator of its own: tests of random.h should not test each other.
class Samples {
 public:
  explicit Samples(uint64_t seed = 1) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  uint64_t bits() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  double uniform(double low, double high) {
    return low + (high - low) * (double(bits() >> 11) * 0x1p-53);
  }

 private:
  uint64_t state_;
};

template <class T>
std::vector<T> uniform(int64_t count, double low, double high, uint64_t seed = 1) {
  Samples samples(seed);
  std::vector<T> values(count);
  for (T& value : values) value = T(samples.uniform(low, high));
  return values;
}

// Values (or room for them) between two pages that nobody may touch, up against the second or
// the first.
template <class T>
class Guarded {
 public:
  Guarded(const T* values, int64_t count, bool at_end) {
    const size_t page = size_t(sysconf(_SC_PAGESIZE)), bytes = size_t(count) * sizeof(T);
    bytes_ = (bytes + page - 1) / page * page + 2 * page;
    pages_ = static_cast<char*>(
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    data = reinterpret_cast<T*>(pages_ + (at_end ? bytes_ - page - bytes : page));
    if (values && count > 0) std::memcpy(data, values, bytes);
    mprotect(pages_, page, PROT_NONE);
    mprotect(pages_ + bytes_ - page, page, PROT_NONE);
  }
  ~Guarded() { munmap(pages_, bytes_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  T* data;

 private:
  char* pages_;
  size_t bytes_;
};

// Distance to the exact value in units in the last place of T at that value.
template <class T>
double ulps(T got, long double exact) {
  const T nearest = T(exact);
  if (std::isnan(got) || std::isnan(nearest))
    return std::isnan(got) == std::isnan(nearest) ? 0 : INFINITY;
  if (std::isinf(got) || std::isinf(nearest)) {
    if (got == nearest) return 0;
    // Overflow a rounding early or late is one unit.
    const T finite = std::isinf(got) ? nearest : got;
    return std::fabs(finite) == std::numeric_limits<T>::max() ? 1 : INFINITY;
  }
  const T magnitude = std::fabs(nearest);
  const T above = std::nextafter(magnitude, std::numeric_limits<T>::infinity());
  const long double unit = std::isinf(above)
                               ? (long double)magnitude - std::nextafter(magnitude, T(0))
                               : (long double)above - magnitude;
  return double(std::fabs((long double)got - exact) / unit);
}

// bfloat16 as its bits, and back: to nearest, ties to even.
inline uint16_t to_bfloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if (value != value) return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
inline float from_bfloat16(uint16_t half) {
  const uint32_t bits = uint32_t(half) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Elements of float32 or bfloat16 in memory, given and read as float32.
class Elements {
 public:
  Elements() = default;
  Elements(DType dtype, const std::vector<float>& values) : dtype_(dtype), floats_(values) {
    if (is_half())
      for (const float value : values) halves_.push_back(to_bfloat16(value));
  }
  void* data() { return is_half() ? static_cast<void*>(halves_.data()) : floats_.data(); }
  const void* data() const { return const_cast<Elements*>(this)->data(); }
  std::vector<float> values() const {
    if (!is_half()) return floats_;
    std::vector<float> values;
    for (const uint16_t half : halves_) values.push_back(from_bfloat16(half));
    return values;
  }

 private:
  bool is_half() const { return dtype_ == DType::kBFloat16; }

  DType dtype_ = DType::kFloat32;
  std::vector<float> floats_;
  std::vector<uint16_t> halves_;
};

// Equal bits, any NaN counting as equal to any other.
template <class T>
bool same_bits(T a, T b) {
  return (a != a && b != b) || std::memcmp(&a, &b, sizeof a) == 0;
}

// Of a plain array (N, C, H, W): the same elements in blocks.
inline std::vector<float> blocked(const std::vector<float>& x, int64_t channels, int64_t plane,
                                  int64_t block) {
  std::vector<float> y(x.size());
  for (int64_t i = 0; i < int64_t(x.size()); ++i) {
    const int64_t image = i / plane / channels, channel = i / plane % channels, at = i % plane;
    y[((image * (channels / block) + channel / block) * plane + at) * block + channel % block] =
        x[i];
  }
  return y;
}

}  // namespace weft::kernels::testing
