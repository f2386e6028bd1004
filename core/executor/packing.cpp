#include "executor/packing.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "runtime/pool.h"

namespace weft::executor {
namespace {

int64_t aligned(int64_t bytes) {
  constexpr auto kUnit = static_cast<int64_t>(kAlignment);
  return (bytes + kUnit - 1) / kUnit * kUnit;
}

// Places buffers one by one, each in the lowest gap between those that live at the same time.
int64_t place(std::span<const Buffer> buffers, std::span<const int32_t> order, int64_t give_up_at,
              std::vector<int64_t>& offsets) {
  struct Placed {
    int64_t begin, end;
    int32_t first, last;
  };
  std::vector<Placed> placed;  // by rising begin
  placed.reserve(order.size());
  int64_t top = 0;
  for (const int32_t i : order) {
    const Buffer& buffer = buffers[static_cast<size_t>(i)];
    const int64_t bytes = aligned(buffer.bytes);
    int64_t at = 0;
    for (const Placed& other : placed) {
      if (other.last < buffer.first || buffer.last < other.first) continue;
      if (other.begin - at >= bytes) break;
      at = std::max(at, other.end);
    }
    offsets[static_cast<size_t>(i)] = at;
    top = std::max(top, at + bytes);
    if (top >= give_up_at) return top;
    const Placed own{at, at + bytes, buffer.first, buffer.last};
    placed.insert(std::ranges::upper_bound(placed, own.begin, {}, &Placed::begin), own);
  }
  return top;
}

double life(const Buffer& b) { return b.last - b.first + 1; }

// A larger key is placed first.
double key(const Buffer& b, int heuristic, uint32_t noise) {
  const auto bytes = static_cast<double>(b.bytes);
  switch (heuristic) {
    case 0: return bytes * life(b);
    case 1: return bytes;
    case 2: return life(b);
    case 3: return -b.first;
    case 4: return b.last;
    default: return bytes * life(b) * (0.7 + 0.7 * (noise / 4294967296.0));
  }
}

constexpr int kHeuristics = 5;
constexpr int kRestarts = 8;  // with perturbed keys, where the bound is not reached
constexpr size_t kLargestRestart = 2000;

}  // namespace

int64_t live_bytes(std::span<const Buffer> buffers) {
  int32_t end = 0;
  for (const Buffer& b : buffers) end = std::max(end, b.last + 2);
  std::vector<int64_t> change(static_cast<size_t>(end), 0);
  for (const Buffer& b : buffers) {
    change[static_cast<size_t>(b.first)] += aligned(b.bytes);
    change[static_cast<size_t>(b.last) + 1] -= aligned(b.bytes);
  }
  int64_t live = 0, most = 0;
  for (const int64_t c : change) most = std::max(most, live += c);
  return most;
}

int64_t pack(std::span<Buffer> buffers) {
  const int64_t bound = live_bytes(buffers);
  int64_t best = INT64_MAX;
  std::vector<int64_t> offsets(buffers.size());
  std::vector<int32_t> order(buffers.size());
  uint32_t noise = 1;
  const int tries = kHeuristics + (buffers.size() <= kLargestRestart ? kRestarts : 0);
  for (int heuristic = 0; heuristic < tries && best > bound; ++heuristic) {
    std::vector<double> keys(buffers.size());
    for (size_t i = 0; i < buffers.size(); ++i) {
      noise = noise * 1664525u + 1013904223u;
      keys[i] = key(buffers[i], heuristic, noise);
    }
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](int32_t a, int32_t b) {
      const auto ia = static_cast<size_t>(a), ib = static_cast<size_t>(b);
      return keys[ia] != keys[ib] ? keys[ia] > keys[ib] : buffers[ia].bytes > buffers[ib].bytes;
    });
    const int64_t top = place(buffers, order, best, offsets);
    if (top >= best) continue;
    best = top;
    for (size_t i = 0; i < buffers.size(); ++i) buffers[i].offset = offsets[i];
  }
  return buffers.empty() ? 0 : best;
}

}  // namespace weft::executor
