// settle_halves: moves buffers within the arena so that two threads write to lines that their own
// caches hold. A model of one run says which thread wrote each part of the arena last (the first
// half of an array: thread 0, the second half: thread 1). Each buffer is moved where it finds most
// of its own lines.
#include <algorithm>
#include <vector>

#include "executor/memory/arena_packing.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

// Bytes of a unit: smaller units make the model more exact and take more time.
constexpr int64_t kUnit = 1024;
// Limits: smaller buffers stay where they are; more buffers take too long, because each is compared
// with all earlier ones; and larger arenas do not stay in caches.
constexpr int64_t kMinBytes = 4 * kUnit;          // bytes of a buffer that is moved
constexpr size_t kMaxBuffers = 400;               // buffers of a plan
constexpr int64_t kMaxArena = int64_t{32} << 20;  // bytes of an arena

// By unit of the arena: the thread that wrote it last.
class Owners {
 public:
  explicit Owners(int64_t arena) : of_(static_cast<size_t>((arena + kUnit - 1) / kUnit), kNobody) {}

  // How many bytes of a buffer at this offset would be written by one thread while the other one
  // has them.
  int64_t strange(int64_t offset, int64_t bytes) const {
    int64_t units = 0;
    each(offset, bytes,
         [&](size_t unit, int8_t half) { units += of_[unit] != kNobody && of_[unit] != half; });
    return units * kUnit;
  }
  // The buffer is written: each half now belongs to its thread.
  void write(const ArenaBuffer& buffer) {
    each(buffer.offset, buffer.bytes, [&](size_t unit, int8_t half) { of_[unit] = half; });
  }

 private:
  static constexpr int8_t kNobody = -1;

  // Calls `use` with each unit of the buffer and the half that it belongs to.
  template <class Use>
  static void each(int64_t offset, int64_t bytes, const Use& use) {
    const int64_t middle = offset + bytes / 2;
    for (int64_t unit = offset / kUnit; unit * kUnit < offset + bytes; ++unit)
      use(static_cast<size_t>(unit), static_cast<int8_t>(unit * kUnit < middle ? 0 : 1));
  }

  std::vector<int8_t> of_;
};

// Moves the buffers of one plan.
class Halves {
 public:
  Halves(std::span<ArenaBuffer> buffers, int64_t arena) : arena_(arena) {
    for (ArenaBuffer& b : buffers)
      if (b.bytes > 0) order_.push_back(&b);
    std::ranges::stable_sort(order_, {}, &ArenaBuffer::first);
  }

  // Each buffer in turn moves to the offset where most of it is its own. If the whole run is not
  // better then, all buffers go back.
  void settle() {
    std::vector<int64_t> before;
    for (const ArenaBuffer* b : order_) before.push_back(b->offset);
    const int64_t strange = strange_of_a_run();
    Owners owners = after_a_run();
    for (size_t n = 0; n < order_.size(); ++n) {
      if (order_[n]->bytes >= kMinBytes) order_[n]->offset = best_place(n, owners);
      owners.write(*order_[n]);
    }
    if (strange_of_a_run() < strange) return;
    for (size_t n = 0; n < order_.size(); ++n) order_[n]->offset = before[n];
  }

 private:
  // Runs repeat, so a run finds what the run before it has left.
  Owners after_a_run() const {
    Owners owners(arena_);
    for (const ArenaBuffer* b : order_) owners.write(*b);
    return owners;
  }
  // Bytes that change their owner in one run: what settle() makes smaller.
  int64_t strange_of_a_run() const {
    Owners owners = after_a_run();
    int64_t bytes = 0;
    for (const ArenaBuffer* b : order_) {
      bytes += owners.strange(b->offset, b->bytes);
      owners.write(*b);
    }
    return bytes;
  }

  // Its own offset, or one where its middle lies on the middle of an earlier buffer. Later buffers
  // are tried first, because their lines are more likely to be in the cache.
  int64_t best_place(size_t n, const Owners& owners) const {
    constexpr auto kStep = static_cast<int64_t>(kAlignment);
    const ArenaBuffer& own = *order_[n];
    int64_t best = own.offset, minimum = owners.strange(best, own.bytes);
    for (size_t k = n; k-- > 0 && minimum > 0;) {
      const ArenaBuffer& other = *order_[k];
      if (other.bytes < kMinBytes) continue;
      const int64_t first = other.offset + other.bytes / 2 - own.bytes / 2;
      const int64_t offset = first / kStep * kStep;
      if (first < 0 || !is_free(own, offset)) continue;
      const int64_t strange = owners.strange(offset, own.bytes);
      if (strange >= minimum) continue;
      minimum = strange;
      best = offset;
    }
    return best;
  }
  // Does the buffer at this offset fit into the arena and share no bytes with one that is alive
  // with it?
  bool is_free(const ArenaBuffer& own, int64_t offset) const {
    const int64_t end = offset + aligned(own.bytes);
    return end <= arena_ && std::ranges::none_of(order_, [&](const ArenaBuffer* other) {
             return other != &own && other->offset < end &&
                    offset < other->offset + aligned(other->bytes) && own.conflicts_with(*other);
           });
  }

  const int64_t arena_;
  std::vector<ArenaBuffer*> order_;  // in the order in which they begin
};

}  // namespace

void settle_halves(std::span<ArenaBuffer> buffers, int64_t arena) {
  if constexpr (!WEFT_KEEPS_search) return;
  if (buffers.size() <= kMaxBuffers && arena <= kMaxArena) Halves(buffers, arena).settle();
}

}  // namespace weft::executor
