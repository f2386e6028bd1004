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
    const Buffer* buffer;
  };
  std::vector<Placed> placed;  // by rising begin
  placed.reserve(order.size());
  int64_t top = 0;
  for (const int32_t i : order) {
    const Buffer& buffer = buffers[static_cast<size_t>(i)];
    const int64_t bytes = aligned(buffer.bytes);
    int64_t at = 0;
    for (const Placed& other : placed) {
      if (other.buffer->ends_before(buffer) || buffer.ends_before(*other.buffer)) continue;
      if (other.begin - at >= bytes) break;
      at = std::max(at, other.end);
    }
    offsets[static_cast<size_t>(i)] = at;
    top = std::max(top, at + bytes);
    if (top >= give_up_at) return top;
    const Placed own{at, at + bytes, &buffer};
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

// Bytes alive, step by step.
class Live {
 public:
  explicit Live(size_t steps) : begins_(steps, 0), ends_(steps, 0) {}
  void add(int32_t first, int32_t last, int64_t bytes) {
    begins_[static_cast<size_t>(first)] += bytes;
    ends_[static_cast<size_t>(last)] += bytes;
  }
  // Walks over the steps from `first` to `last`; `now` is what is alive between two steps.
  int64_t most(int32_t first, int32_t last, int64_t& now) const {
    int64_t most = now;
    for (auto step = static_cast<size_t>(first); step <= static_cast<size_t>(last); ++step) {
      most = std::max(most, now += begins_[step]);
      now -= ends_[step];
    }
    return most;
  }

 private:
  std::vector<int64_t> begins_, ends_;
};

// One past the group that step `begin` starts; past the step itself if it is in none.
size_t end_of_group(std::span<const Lane> lanes, size_t begin) {
  size_t end = begin + 1;
  while (lanes[begin].group != Lane::kNone && end < lanes.size() &&
         lanes[end].group == lanes[begin].group)
    ++end;
  return end;
}

// Every branch may be where it needs most while the others are where they do.
int64_t live_in_group(std::span<const Buffer> buffers, std::span<const Lane> lanes, size_t begin,
                      size_t end) {
  const int32_t group = lanes[begin].group;
  const auto from = static_cast<int32_t>(begin), to = static_cast<int32_t>(end);
  int64_t live = 0;
  std::vector<std::pair<int32_t, int32_t>> branches;  // their steps
  for (int32_t step = from; step < to; ++step)
    if (step == from ||
        lanes[static_cast<size_t>(step)].beside(lanes[static_cast<size_t>(step) - 1]))
      branches.emplace_back(step, step + 1);
    else
      branches.back().second = step + 1;
  Live own(end);
  for (const Buffer& b : buffers) {
    if (b.last < from || b.first >= to) continue;
    const bool starts = b.first_lane.group == group, ends = b.last_lane.group == group;
    const int32_t branch = starts ? b.first_lane.branch
                           : ends ? b.last_lane.branch
                                  : Lane::kSeveral;
    if (branch == Lane::kSeveral) {
      live += aligned(b.bytes);
      continue;
    }
    const auto steps = std::ranges::find_if(branches, [&](const auto& range) {
      return lanes[static_cast<size_t>(range.first)].branch == branch;
    });
    own.add(starts ? b.first : steps->first, ends ? b.last : steps->second - 1, aligned(b.bytes));
  }
  for (const auto& [first, last] : branches) {
    int64_t now = 0;
    live += own.most(first, last - 1, now);
  }
  return live;
}

constexpr int kHeuristics = 5;
constexpr int kRestarts = 8;  // with perturbed keys, where the bound is not reached
constexpr size_t kLargestRestart = 2000;

}  // namespace

int64_t live_bytes(std::span<const Buffer> buffers, std::span<const Lane> lanes,
                   std::span<int64_t> of_groups) {
  Live whole(lanes.size());
  for (const Buffer& b : buffers) whole.add(b.first, b.last, aligned(b.bytes));
  int64_t most = 0, now = 0;
  for (size_t begin = 0; begin < lanes.size();) {
    const size_t end = end_of_group(lanes, begin);
    int64_t here = whole.most(static_cast<int32_t>(begin), static_cast<int32_t>(end) - 1, now);
    if (lanes[begin].group != Lane::kNone)
      here = of_groups[static_cast<size_t>(lanes[begin].group)] =
          live_in_group(buffers, lanes, begin, end);
    most = std::max(most, here);
    begin = end;
  }
  return most;
}

int64_t pack(std::span<Buffer> buffers, int64_t bound) {
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
