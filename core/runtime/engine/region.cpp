// How threads claim pieces of a parallel region: one atomic add on a 64-bit word of the share.

#include "runtime/engine/region.h"

#include <algorithm>

#include "runtime/engine/interrupt.h"
#include "runtime/engine/pause.h"

namespace weft {
namespace {

constexpr int kNone = -1;
// Takes the place of a region's number when no more regions will come.
constexpr uint32_t kOver = ~uint32_t{0};

// The layout of the word `claims`: 32 bits for the region's number, 16 for the next piece, 16 for
// the end of the pieces. Threads that find no piece left may still add one each to the next piece;
// the gap between kMaxPieces and 2^16 has room for that.
constexpr uint64_t kOnePiece = uint64_t{1} << 16;

uint64_t claims_of(uint32_t region, int next, int end) {
  return uint64_t{region} << 32 | static_cast<uint64_t>(next) << 16 | static_cast<uint64_t>(end);
}

uint32_t region_of(uint64_t claims) { return static_cast<uint32_t>(claims >> 32); }
int next_of(uint64_t claims) { return static_cast<int>(claims >> 16 & 0xffff); }
bool has_pieces(uint64_t claims) { return next_of(claims) < static_cast<int>(claims & 0xffff); }

// The number of the claimed piece, or kNone. The first load avoids a write to a shared cache line
// when nothing is left.
int claim(std::atomic<uint64_t>& claims) {
  if (!has_pieces(claims.load(std::memory_order_relaxed))) return kNone;
  const uint64_t before = claims.fetch_add(kOnePiece, std::memory_order_acquire);
  return has_pieces(before) ? next_of(before) : kNone;
}

// Piece `piece` covers an equal part of the units; the parts differ by one unit at most.
void run_piece(const Region::Work& work, int thread, int piece) {
  const int64_t begin = work.units * piece / work.pieces;
  const int64_t end = work.units * (piece + 1) / work.pieces;
  if (begin < end) work.body(work.context, begin, end, thread);
}

}  // namespace

void Region::begin(int threads) {
  share_count_ = std::min(threads, kMaxShares);
  for (Share& share : shares_) share.claims.store(0);
}

// Runs `piece`, if it is not kNone (it is claimed already), and then the other pieces of the share.
// Only the caller, thread 0, looks for interrupts: it skips pieces, but still counts them as done.
void Region::run_share(Share& share, int thread, int piece) {
  if (piece == kNone) piece = claim(share.claims);
  int done = 0;
  for (; piece != kNone; piece = claim(share.claims), ++done)
    if (thread != 0 || !poll_interrupt()) run_piece(share.work, thread, piece);
  if (done > 0) share.left.fetch_sub(done, std::memory_order_release);
}

// Runs what is left, own share first.
void Region::help(int thread) {
  for (int i = 0; i < share_count_; ++i)
    run_share(shares_[(thread + i) % share_count_], thread, kNone);
}

void Region::serve(int thread, std::chrono::microseconds patience) {
  Share& own = shares_[thread % share_count_];
  for (;;) {
    const uint32_t seen = region_of(own.claims.load(std::memory_order_acquire));
    if (seen == kOver) return;
    help(thread);
    Watch watch(patience);
    while (region_of(own.claims.load(std::memory_order_relaxed)) == seen)
      if (!watch.goes_on()) sleep(own, seen);
  }
}

// The number of the region is read again after the alarm: if a region began in between, the alarm
// has changed or the number differs, and the thread does not sleep through it.
void Region::sleep(const Share& share, uint32_t seen) {
  sleepers_.fetch_add(1);
  const uint32_t alarm = alarm_.load();
  if (region_of(share.claims.load()) == seen) sleep_while(alarm_, alarm);
  sleepers_.fetch_sub(1);
}

void Region::wake_all() {
  alarm_.fetch_add(1);
  wake_sleepers(alarm_);
}

void Region::end() {
  for (Share& share : shares_) share.claims.store(claims_of(kOver, 0, 0));
  wake_all();
}

// Publishes a new region and returns its number of shares. The caller's share is published last,
// with its first piece already claimed for the caller.
int Region::publish(const Work& work) {
  const uint32_t last = region_of(shares_[0].claims.load(std::memory_order_relaxed));
  const uint32_t region = (last + 1) & (kOver >> 1);
  const int count = std::min(share_count_, work.pieces);
  for (int i = count - 1; i >= 0; --i) {
    const int begin = work.pieces * i / count, end = work.pieces * (i + 1) / count;
    shares_[i].work = work;
    shares_[i].left.store(end - begin, std::memory_order_relaxed);
    shares_[i].claims.store(claims_of(region, i == 0 ? begin + 1 : begin, end),
                            std::memory_order_release);
  }
  return count;
}

void Region::run(const Work& work, std::atomic<bool>* give_up) {
  const int count = publish(work);
  // A thread that falls asleep at this very moment may be missed. That is correct, because other
  // threads do its pieces, and the next region wakes it. Never missing one would cost a fence in
  // every region.
  if (sleepers_.load(std::memory_order_relaxed) > 0) wake_all();
  run_share(shares_[0], 0, 0);
  help(0);
  for (int i = 0; i < count; ++i)
    wait_until([&] { return shares_[i].left.load(std::memory_order_acquire) == 0; }, give_up);
}

}  // namespace weft
