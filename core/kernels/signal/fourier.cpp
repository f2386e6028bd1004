// Plans of Fourier transforms, and the passes over groups of rows; fourier.isa.cpp has the
// butterflies.

#include "kernels/signal/fourier.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>

#include "base/checked.h"
#include "kernels/elementwise/copy.h"
#include "kernels/float_type.h"
#include "kernels/isa/active.h"
#include "kernels/signal/fourier_rows_impl.h"

namespace weft::kernels {
namespace {

constexpr size_t kMostPlans = 64;  // that are kept

// Factors of the length: fours, a two, then odd primes. None if one of them is too large.
std::vector<int32_t> radices_of(int64_t length) {
  std::vector<int32_t> radices;
  int64_t rest = length;
  for (; rest % 4 == 0; rest /= 4) radices.push_back(4);
  for (int64_t prime = 2; prime <= kLargestRadix; ++prime)
    for (; rest % prime == 0; rest /= prime) radices.push_back(static_cast<int32_t>(prime));
  if (rest > 1) radices.clear();
  return radices;
}

bool has_passes(int64_t length) { return length == 1 || !radices_of(length).empty(); }

int64_t convolution_length(int64_t length) {
  int64_t power = 1;
  while (power < 2 * length - 1) power *= 2;
  return power;
}

// The numbers exp(-2πi turns(j)) for j below `count`.
template <class T, class Turns>
std::vector<char> circle(int64_t count, const Turns& turns) {
  std::vector<char> table(static_cast<size_t>(2 * count) * sizeof(T));
  T* const parts = reinterpret_cast<T*>(table.data());
  for (int64_t j = 0; j < count; ++j) {
    const double angle = -2 * std::numbers::pi * turns(j);
    parts[j] = static_cast<T>(std::cos(angle));
    parts[count + j] = static_cast<T>(std::sin(angle));
  }
  return table;
}

// The roots in the order in which a first pass of radix 4 takes them.
template <class T>
std::vector<char> turned_roots(const std::vector<char>& roots, int64_t n) {
  const int64_t blocks = n / 4;
  std::vector<char> table(static_cast<size_t>(6 * blocks) * sizeof(T));
  const T* from = reinterpret_cast<const T*>(roots.data());
  T* to = reinterpret_cast<T*>(table.data());
  for (int part = 0; part < 2; ++part, from += n)
    for (int64_t k = 1; k < 4; ++k)
      for (int64_t block = 0; block < blocks; ++block) *to++ = from[k * block];
  return table;
}

const char* second_half(const std::vector<char>& table) { return table.data() + table.size() / 2; }

// The transform of `lanes` rows that lie side by side, element by element.
template <class T>
void transform_by_passes(const FourierPlan& plan, int64_t lanes, FourierBuffers<T>& buffers) {
  int64_t done = 1;
  for (const int32_t radix : plan.radices) {
    const bool turns = done * lanes == 1 && !plan.turned.empty();
    const FourierPass pass{radix,
                           plan.length / done / radix,
                           done * lanes,
                           plan.roots.data(),
                           second_half(plan.roots),
                           plan.length,
                           done,
                           turns ? plan.turned.data() : nullptr,
                           turns ? second_half(plan.turned) : nullptr};
    fourier_kernels(plan.dtype)
        .pass(pass, buffers.re, buffers.im, buffers.next_re, buffers.next_im);
    std::swap(buffers.re, buffers.next_re);
    std::swap(buffers.im, buffers.next_im);
    done *= radix;
  }
}

template <class T>
void scale(const FourierPlan& plan, const std::vector<char>& by, int64_t length, int64_t lanes,
           FourierBuffers<T>& buffers) {
  fourier_kernels(plan.dtype)
      .scale(length, lanes, by.data(), second_half(by), buffers.re, buffers.im);
}

// Bluestein: the rows times the chirp, convolved with its conjugate, times the chirp.
template <class T>
void transform_by_convolution(const FourierPlan& plan, int64_t lanes, FourierBuffers<T>& buffers) {
  const FourierPlan& inner = *plan.convolution;
  const int64_t used = plan.length * lanes, rest = (inner.length - plan.length) * lanes;
  scale(plan, plan.chirp, plan.length, lanes, buffers);
  clear(buffers.re + used, rest);
  clear(buffers.im + used, rest);
  transform_by_passes(inner, lanes, buffers);
  scale(plan, plan.filter, inner.length, lanes, buffers);
  buffers.exchange();
  transform_by_passes(inner, lanes, buffers);
  buffers.exchange();
  scale(plan, plan.chirp, plan.length, lanes, buffers);
}

template <class T>
void run(const FourierPlan& plan, int64_t rows, const T* re, const T* im, T* out_re, T* out_im,
         void* scratch, Range units) {
  const int64_t length = plan.length;
  for_row_groups(plan, rows, units, [&](int64_t first, int64_t lanes) {
    const int64_t place = first * length;
    FourierBuffers<T> buffers(scratch, buffer_length(plan) * lanes);
    const auto fill = [&](const T* plane, T* to) {
      if (plane)
        gather<1>(plane + place, length, length, lanes, to);
      else
        clear(to, length * lanes);
    };
    fill(re, buffers.re);
    fill(im, buffers.im);
    transform_lanes(plan, lanes, buffers);
    scatter<1>(buffers.re, length, length, lanes, out_re + place);
    scatter<1>(buffers.im, length, length, lanes, out_im + place);
  });
}

// The spectrum of the conjugate chirp, which is laid round a circle; the inverse transform's scale
// is in it.
template <class T>
std::vector<char> filter_of(const FourierPlan& plan) {
  const FourierPlan& inner = *plan.convolution;
  std::vector<T> scratch(static_cast<size_t>(4 * inner.length + 3 * kApart<T>));
  FourierBuffers<T> buffers(scratch.data(), inner.length);
  const T* const cos = reinterpret_cast<const T*>(plan.chirp.data());
  for (int64_t j = 0; j < plan.length; ++j) {
    const int64_t mirrored = j == 0 ? 0 : inner.length - j;
    buffers.re[j] = buffers.re[mirrored] = cos[j];
    buffers.im[j] = buffers.im[mirrored] = -cos[plan.length + j];
  }
  transform_by_passes(inner, 1, buffers);
  std::vector<char> filter(static_cast<size_t>(2 * inner.length) * sizeof(T));
  T* const parts = reinterpret_cast<T*>(filter.data());
  const T by = T(1) / static_cast<T>(inner.length);
  for (int64_t j = 0; j < inner.length; ++j) {
    parts[j] = buffers.re[j] * by;
    parts[inner.length + j] = buffers.im[j] * by;
  }
  return filter;
}

}  // namespace

const FourierKernels& fourier_kernels(DType dtype) { return WEFT_ACTIVE_LAYER(dtype, kFouriers); }

template <class T>
void transform_lanes(const FourierPlan& plan, int64_t lanes, FourierBuffers<T>& buffers) {
  if (plan.convolution)
    transform_by_convolution(plan, lanes, buffers);
  else
    transform_by_passes(plan, lanes, buffers);
}
template void transform_lanes(const FourierPlan&, int64_t, FourierBuffers<float>&);
template void transform_lanes(const FourierPlan&, int64_t, FourierBuffers<double>&);

FourierPlan::FourierPlan(DType type, int64_t n) : dtype(type), length(n), radices(radices_of(n)) {
  const auto whole = static_cast<double>(n);
  with_float_type(type, [&](auto* pointer) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    turns = circle<T>(n / 2 + 1, [&](int64_t j) { return static_cast<double>(j) / (2 * whole); });
    if (has_passes(n)) {
      roots = circle<T>(n, [&](int64_t j) { return static_cast<double>(j) / whole; });
      if (n % 4 == 0) turned = turned_roots<T>(roots, n);
      return;
    }
    convolution = std::make_unique<const FourierPlan>(type, convolution_length(n));
    // j² modulo 2n: the angle of a large square would have lost its digits.
    chirp = circle<T>(n, [&](int64_t j) {
      const auto square = static_cast<unsigned __int128>(j) * static_cast<unsigned __int128>(j);
      return static_cast<double>(static_cast<uint64_t>(square % static_cast<uint64_t>(2 * n))) /
             (2 * whole);
    });
    filter = filter_of<T>(*this);
  });
}

std::shared_ptr<const FourierPlan> fourier_plan(DType dtype, int64_t length) {
  static std::mutex mutex;
  static auto* const plans =
      new std::map<std::pair<DType, int64_t>, std::shared_ptr<const FourierPlan>>;
  const std::lock_guard lock(mutex);
  const auto found = plans->find({dtype, length});
  if (found != plans->end()) return found->second;
  if (plans->size() >= kMostPlans) plans->clear();
  auto plan = std::make_shared<const FourierPlan>(dtype, length);
  plans->emplace(std::pair(dtype, length), plan);
  return plan;
}

int64_t fourier_units(DType dtype, int64_t rows) {
  const int64_t lanes = lanes_of(dtype);
  return (rows + lanes - 1) / lanes;
}

int64_t fourier_scratch_bytes(DType dtype, int64_t length, int64_t rows) {
  const int64_t size = has_passes(length) ? length : convolution_length(length);
  const int64_t lanes = std::min(rows, lanes_of(dtype));
  return (Checked(4 * size) * lanes * element_size(dtype) + 3 * kApartBytes).value();
}

double fourier_flops(int64_t length, int64_t rows) {
  const auto n = static_cast<double>(std::max<int64_t>(length, 2));
  return 5 * n * std::log2(n) * static_cast<double>(rows);
}

void run_fourier(const FourierPlan& plan, int64_t rows, const void* re, const void* im,
                 void* out_re, void* out_im, void* scratch, Range units) {
  with_float_type(plan.dtype, [&](auto* pointer) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    run(plan, rows, static_cast<const T*>(re), static_cast<const T*>(im), static_cast<T*>(out_re),
        static_cast<T*>(out_im), scratch, units);
  });
}

}  // namespace weft::kernels
