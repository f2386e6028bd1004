// How phases become filters: the weights of the combined convolution, its cost, and writing its
// results between each other. The header has the formula.

#include "ops/nn/convolution/convolution_by_phases_impl.h"

#include <algorithm>
#include <cstring>

#include "kernels/divide_up.h"
#include "kernels/elementwise/copy.h"
#include "ops/nn/convolution/convolve_impl.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

using kernels::Convolution;
using kernels::divide_up;

constexpr int64_t kMaxPhases = 1024;

// For one axis and one tap of the kernel: the only phase that this tap belongs to. Position i of
// that phase reads dy at i + offset.
struct Meeting {
  int64_t phase, offset;
};
Meeting meeting_of(int64_t tap, int64_t dilation, int64_t pad, int64_t stride) {
  const int64_t reach = pad - tap * dilation;
  const int64_t offset = reach >= 0 ? divide_up(reach, stride) : -(-reach / stride);
  return {offset * stride - reach, offset};
}

// The positions i + first .. i + last of dy that the phases together read.
struct Reach {
  int64_t first = 0, last = 0;
};
Reach reach_of(int64_t taps, int64_t dilation, int64_t pad, int64_t stride) {
  Reach reach;
  for (int64_t tap = 0; tap < taps; ++tap) {
    const int64_t offset = meeting_of(tap, dilation, pad, stride).offset;
    reach.first = std::min(reach.first, offset);
    reach.last = std::max(reach.last, offset);
  }
  return reach;
}

// The convolution of dy that has all phases of dx as its filters, in the order (group, channel,
// phase of the rows, phase of the columns).
Convolution of_phases(const Convolution& p) {
  const Reach rows = reach_of(p.kernel_height, p.dilation_height, p.pad_top, p.stride_height);
  const Reach cols = reach_of(p.kernel_width, p.dilation_width, p.pad_left, p.stride_width);
  Convolution q = p;
  q.in_channels = p.out_channels, q.in_height = p.out_height, q.in_width = p.out_width;
  q.out_channels = p.in_channels * p.stride_height * p.stride_width;
  q.out_height = divide_up(p.in_height, p.stride_height);
  q.out_width = divide_up(p.in_width, p.stride_width);
  q.kernel_height = rows.last - rows.first + 1, q.kernel_width = cols.last - cols.first + 1;
  q.stride_height = q.stride_width = q.dilation_height = q.dilation_width = 1;
  q.pad_top = -rows.first, q.pad_left = -cols.first;
  return q;
}

// With few filters, one vector load serves only few products.
double cost_of(const Convolution& q) {
  constexpr double kLoad = 2;
  const double filters = static_cast<double>(q.out_channels / q.groups);
  const double plain = plain_cost(q, ConvolutionResult::kForward) * (1 + kLoad / filters);
  if (!fits_blocks(q, ConvolutionResult::kForward)) return plain;
  return std::min(plain, blocked_cost(q, ConvolutionResult::kForward, kernels::winograd_tile(q)));
}

// Adds filters of zeros behind the last one if whole blocks of filters cost less.
Convolution cheapest(const Convolution& p) {
  constexpr int64_t kBlock = 16;
  const Convolution own = of_phases(p);
  Convolution whole = own;
  whole.out_channels = divide_up(own.out_channels, kBlock) * kBlock;
  return p.groups == 1 && cost_of(whole) < cost_of(own) ? whole : own;
}

// ---- chunks of images, and where each part of the scratch begins, in bytes

struct Parts {
  Convolution problem;  // the problem of one chunk
  int64_t weights, results, rest;
};

Parts parts_of(const Convolution& p) {
  constexpr int64_t kCachedBytes = int64_t{2} << 20;
  Parts parts{cheapest(p), 0, 0, 0};
  Convolution& q = parts.problem;
  const int64_t size = kernels::element_size(p.dtype);
  const int64_t image = (elements_in(q) + elements_out(q)) * size;
  const int64_t maximum = std::max<int64_t>(1, kCachedBytes / std::max<int64_t>(1, image));
  q.batch = divide_up(p.batch, divide_up(p.batch, maximum));
  const auto after = [&](int64_t begin, int64_t elements) {
    return begin + divide_up(elements * size, 64) * 64;
  };
  parts.results = after(0, weights_of(q));
  parts.rest = after(parts.results, q.batch * elements_out(q));
  return parts;
}

int64_t images_of_last(const Convolution& p, const Parts& parts) {
  return (p.batch - 1) % parts.problem.batch + 1;
}

// ---- weights and results

// The weights w[filter, channel][row][col] as weights of q; taps that a phase does not have stay
// zero. T is any type with the element's size.
template <class T>
void transpose_weights(const Convolution& p, const Convolution& q, const T* from, T* to) {
  const int64_t channels = p.in_channels / p.groups, filters = p.out_channels / p.groups;
  const int64_t taps = q.kernel_height * q.kernel_width;
  const int64_t phases = p.stride_height * p.stride_width;
  std::memset(to, 0, static_cast<size_t>(weights_of(q)) * sizeof(T));
  for (int64_t row = 0; row < p.kernel_height; ++row)
    for (int64_t col = 0; col < p.kernel_width; ++col) {
      const Meeting high = meeting_of(row, p.dilation_height, p.pad_top, p.stride_height);
      const Meeting wide = meeting_of(col, p.dilation_width, p.pad_left, p.stride_width);
      const int64_t phase = high.phase * p.stride_width + wide.phase;
      const int64_t tap = (high.offset + q.pad_top) * q.kernel_width + wide.offset + q.pad_left;
      for (int64_t filter = 0; filter < p.out_channels; ++filter)
        for (int64_t channel = 0; channel < channels; ++channel) {
          const int64_t made = (filter / filters * channels + channel) * phases + phase;
          const int64_t at = (filter * channels + channel) * p.kernel_height + row;
          to[(made * filters + filter % filters) * taps + tap] = from[at * p.kernel_width + col];
        }
    }
}

void transpose_weights(const Convolution& p, const Convolution& q, const void* from, void* to) {
  const auto turn = [&]<class T>(T) {
    transpose_weights(p, q, static_cast<const T*>(from), static_cast<T*>(to));
  };
  switch (kernels::element_size(p.dtype)) {
    case 2: return turn(uint16_t{});
    case 4: return turn(uint32_t{});
    default: return turn(uint64_t{});
  }
}

// Writes the results of q, (images, channels, phases, rows, columns), to their places in dx: the
// phases lie between each other.
class Interleaving {
 public:
  Interleaving(const Convolution& p, const Convolution& q, const void* results, void* dx)
      : p_(p), q_(q), from_(static_cast<const char*>(results)), to_(static_cast<char*>(dx)) {}

  // Threads share the planes of all images, or the rows of a single plane.
  void run(int64_t images) const {
    const int64_t planes = images * p_.in_channels, each = p_.in_height * p_.in_width;
    const int64_t units = planes > 1 ? planes : q_.out_height;
    split_work(units, planes * each, nullptr, 0, [&](kernels::Range range, void*) {
      if (planes == 1) return phases({0, 1}, range);
      while (range.begin < range.end) {  // filters of zeros may follow an image
        const int64_t end = (range.begin / p_.in_channels + 1) * p_.in_channels;
        phases({range.begin, std::min(range.end, end)}, {0, q_.out_height});
        range.begin = std::min(range.end, end);
      }
    });
  }

 private:
  // Whole rows at once if every phase has equally many columns; otherwise phase by phase.
  void phases(kernels::Range planes, kernels::Range rows) const {
    const bool is_even = p_.in_width % p_.stride_width == 0;
    for (int64_t a = 0; a < p_.stride_height; ++a)
      for (int64_t b = 0; b < (is_even ? 1 : p_.stride_width); ++b)
        copy(planes, rows, a, b, is_even ? p_.stride_width : 1);
  }
  void copy(kernels::Range planes, kernels::Range rows, int64_t a, int64_t b, int64_t side) const {
    const int64_t size = kernels::element_size(p_.dtype);
    const int64_t plane = q_.out_height * q_.out_width;
    const int64_t image = planes.begin / p_.in_channels, channel = planes.begin % p_.in_channels;
    const int64_t phases = p_.stride_height * p_.stride_width;
    const int64_t high = std::min(rows.end, divide_up(p_.in_height - a, p_.stride_height));
    const int64_t wide = divide_up(p_.in_width - b, p_.stride_width);
    if (high <= rows.begin || wide <= 0) return;
    const int64_t from = image * elements_out(q_) +
                         (channel * phases + a * p_.stride_width + b) * plane +
                         rows.begin * q_.out_width;
    const int64_t to =
        (planes.begin * p_.in_height + rows.begin * p_.stride_height + a) * p_.in_width + b;
    TensorView target{
        to_ + to * size,
        {planes.end - planes.begin, high - rows.begin, wide, side},
        {p_.in_height * p_.in_width, p_.stride_height * p_.in_width, p_.stride_width, 1},
        4,
        p_.dtype};
    TensorView source = target;
    source.data = const_cast<char*>(from_ + from * size);
    source.strides[0] = phases * plane;
    source.strides[1] = q_.out_width;
    source.strides[2] = 1;
    source.strides[3] = plane;
    copy_elements(target, source);
  }

  const Convolution& p_;
  const Convolution& q_;
  const char* const from_;
  char* const to_;
};

}  // namespace

bool has_phases(const Convolution& p) {
  if (p.stride_height == 1 && p.stride_width == 1) return false;
  if (p.stride_height > kMaxPhases / p.stride_width) return false;
  return p.batch > 0 && elements_in(p) > 0 && elements_out(p) > 0;
}

// kMoved and kTransposed are costs for each result and each weight, kCall is that of a call, in the
// unit of convolution_costs_impl.h.
bool pays_by_phases(const Convolution& p) {
  constexpr double kMoved = 75, kTransposed = 130, kCall = 6e5;  // a result; a weight
  if (!has_phases(p)) return false;
  const Convolution q = cheapest(p);
  const double own = kCall + cost_of(q) + kTransposed * static_cast<double>(weights_of(q)) +
                     kMoved * static_cast<double>(p.batch * elements_in(p));
  const double others = pays_by_blocks(p, ConvolutionResult::kData)
                            ? blocked_cost(p, ConvolutionResult::kData, 0)
                            : plain_cost(p, ConvolutionResult::kData);
  return own < others;
}

int64_t scratch_by_phases(const Convolution& p, int threads) {
  const Parts parts = parts_of(p);
  Convolution last = parts.problem;
  last.batch = images_of_last(p, parts);
  return parts.rest +
         std::max(scratch_to_convolve(parts.problem, ConvolutionResult::kForward, threads),
                  scratch_to_convolve(last, ConvolutionResult::kForward, threads));
}

void convolve_by_phases(const Convolution& p, const ConvolutionArrays& arrays, void* scratch) {
  const Parts parts = parts_of(p);
  const int64_t size = kernels::element_size(p.dtype);
  char* const own = static_cast<char*>(scratch);
  char* const results = own + parts.results;
  Convolution q = parts.problem;
  transpose_weights(p, q, arrays.right, own + parts.weights);
  for (int64_t first = 0; first < p.batch; first += parts.problem.batch) {
    q.batch = std::min(parts.problem.batch, p.batch - first);
    convolve(q, ConvolutionResult::kForward,
             {static_cast<const char*>(arrays.left) + first * elements_in(q) * size,
              own + parts.weights, nullptr, results},
             own + parts.rest);
    Interleaving(p, q, results, static_cast<char*>(arrays.out) + first * elements_in(p) * size)
        .run(q.batch);
  }
}

}  // namespace weft::ops
