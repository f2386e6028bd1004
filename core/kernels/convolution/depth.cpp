// Copies between a volume and images of its slices, and the adjoint's sums.

#include "kernels/convolution/depth.h"

#include <algorithm>
#include <cstring>

#include "kernels/elementwise/copy.h"

namespace weft::kernels {
namespace {

constexpr int64_t kPart = 8192;  // elements of a plane in a unit

int64_t parts(const Depth& p) { return std::max<int64_t>(1, (p.plane + kPart - 1) / kPart); }

// Some elements of all planes of one channel.
struct Unit {
  int64_t item, channel, first, count;
};
Unit unit_of(const Depth& p, int64_t channels, int64_t unit) {
  const int64_t part = unit % parts(p), plane = unit / parts(p);
  const int64_t first = part * kPart;
  return {plane / channels, plane % channels, first, std::min(kPart, p.plane - first)};
}

// The compiler vectorises this loop.
template <class T>
void add(T* to, const T* from, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] += from[i];
}

}  // namespace

// Here an item is an image: a batch number and a position along D.
int64_t unfold_depth_units(const Depth& p) { return p.batch * p.images * p.channels * parts(p); }

void run_unfold_depth(const Depth& p, const void* volume, void* images, Range units) {
  const int64_t size = element_size(p.dtype);
  for (int64_t u = units.begin; u < units.end; ++u) {
    const Unit unit = unit_of(p, p.channels, u);
    const int64_t batch = unit.item / p.images, image = unit.item % p.images;
    const auto bytes = static_cast<size_t>(unit.count * size);
    char* to = static_cast<char*>(images) +
               ((unit.item * p.channels + unit.channel) * p.kernel * p.plane + unit.first) * size;
    const char* from =
        static_cast<const char*>(volume) +
        ((batch * p.channels + unit.channel) * p.slices * p.plane + unit.first) * size;
    for (int64_t k = 0; k < p.kernel; ++k, to += p.plane * size) {
      const int64_t slice = image * p.stride + k * p.dilation - p.pad;
      if (slice >= 0 && slice < p.slices)
        std::memcpy(to, from + slice * p.plane * size, bytes);
      else
        std::memset(to, 0, bytes);
    }
  }
}

// Here an item is a slice of a volume.
int64_t fold_depth_units(const Depth& p) { return p.batch * p.slices * p.channels * parts(p); }

void run_fold_depth(const Depth& p, const void* images, void* volume, Range units) {
  const int64_t size = element_size(p.dtype);
  for (int64_t u = units.begin; u < units.end; ++u) {
    const Unit unit = unit_of(p, p.channels, u);
    const int64_t batch = unit.item / p.slices, slice = unit.item % p.slices;
    char* const to =
        static_cast<char*>(volume) +
        (((batch * p.channels + unit.channel) * p.slices + slice) * p.plane + unit.first) * size;
    // The first image that a slice went to is copied, further ones are added.
    bool is_first = true;
    for (int64_t k = 0; k < p.kernel; ++k) {
      const int64_t start = slice + p.pad - k * p.dilation, image = start / p.stride;
      if (start < 0 || start % p.stride != 0 || image >= p.images) continue;
      const char* const from =
          static_cast<const char*>(images) +
          ((((batch * p.images + image) * p.channels + unit.channel) * p.kernel + k) * p.plane +
           unit.first) *
              size;
      if (is_first)
        std::memcpy(to, from, static_cast<size_t>(unit.count * size));
      else if (p.dtype == DType::kFloat64)
        add(reinterpret_cast<double*>(to), reinterpret_cast<const double*>(from), unit.count);
      else
        add(reinterpret_cast<float*>(to), reinterpret_cast<const float*>(from), unit.count);
      is_first = false;
    }
    if (is_first) std::memset(to, 0, static_cast<size_t>(unit.count * size));
  }
}

}  // namespace weft::kernels
