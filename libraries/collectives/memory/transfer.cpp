// Collectives: each rank copies what others need, window by window, into memory that all share;
// each reduces or copies what it needs from there. A window stays in the caches on its way. Of an
// all_reduce a rank leaves out the part that it reduces itself: it reads that where it is. Nothing
// is asked of the system for that but the memory: process_vm_readv, which would save a copy, needs
// a permission that containers often refuse.
#include <bit>
#include <cstring>

#include "../arithmetic.h"
#include "wait_impl.h"

namespace weft_collectives::memory {
namespace {

// Up to here every rank makes the whole sum from all windows: one wait instead of two.
constexpr int64_t kSmallBytes = 8192;
constexpr int64_t kLine = 64;

}  // namespace

// How a call is cut into windows. A window has the same piece of each block that a rank sends.
struct Member::Operation {
  Operation(const weft_collective_call& what, int32_t ranks, size_t window_bytes, uint64_t begin)
      : call(what), described(describe(what)), first(begin) {
    size = static_cast<int64_t>(what.kind == WEFT_BARRIER ? 1 : size_of(what.dtype));
    const int64_t count = what.kind == WEFT_BARRIER ? 0 : what.count;
    blocks = is_split(what.kind) ? ranks : 1;
    block = count / blocks;
    pitch = static_cast<int64_t>(window_bytes) / blocks / kLine * kLine;
    piece = pitch / size;
    windows = block > piece ? (block + piece - 1) / piece : 1;
    if (is_reduction(what.kind)) reduce = reduction_of(what.dtype, what.reduction);
    is_small = count * size <= kSmallBytes;
    has_parts = what.kind == WEFT_ALL_REDUCE && !is_small;
  }
  // Elements of a block in a window.
  int64_t elements(int64_t window) const {
    const int64_t left = block - window * piece;
    return left < piece ? left : piece;
  }
  // Elements of a window that rank `rank` reduces for all: from .. to, in whole cache lines.
  int64_t part(int64_t window, int64_t rank, int64_t ranks) const {
    const int64_t unit = kLine / size;
    const int64_t all = elements(window);
    const int64_t at = ((all + unit - 1) / unit * rank / ranks) * unit;
    return at < all ? at : all;
  }

  const weft_collective_call& call;
  Described described;
  uint64_t first;  // number of the first window in the life of the group
  int64_t size;    // bytes of an element
  int64_t blocks;  // that `send` has, side by side in a window
  int64_t block;   // elements of one
  int64_t pitch;   // bytes of a window for one
  int64_t piece;   // elements of a window for one
  int64_t windows;
  Reduction reduce = nullptr;
  bool is_small;
  bool has_parts;  // of a window, of which each rank reduces one for all
};

weft_status Member::run_collective(const weft_collective_call& call) {
  const Operation operation(call, options_.ranks, segment_.layout().window_bytes(), windows_);
  windows_ += static_cast<uint64_t>(operation.windows);
  weft_status status = stage(operation, 0);
  for (int64_t window = 0; window < operation.windows && status == WEFT_OK; ++window) {
    // The next window is there for the others while this rank works on the present one.
    if (window + 1 < operation.windows) status = stage(operation, window + 1);
    if (status == WEFT_OK) status = wait_staged(operation, window);
    if (status == WEFT_OK && window == 0) status = agree(operation);
    if (status != WEFT_OK) break;
    if (operation.has_parts) {
      status = reduce_together(operation, window);
    } else if (operation.reduce != nullptr) {
      reduce_own(operation, window);
    } else {
      copy_out(operation, window);
    }
    if (status != WEFT_OK) break;
    segment_.seat(options_.rank)
        .finished.store(operation.first + static_cast<uint64_t>(window) + 1,
                        std::memory_order_release);
    ring_all();
  }
  return status;
}

weft_status Member::stage(const Operation& op, int64_t window) {
  const uint64_t number = op.first + static_cast<uint64_t>(window);
  Seat& seat = segment_.seat(options_.rank);
  const bool has_data = op.call.kind != WEFT_BROADCAST || op.call.peer == options_.rank;
  if (number >= 2 && (has_data || window == 0)) {
    // The window before last had the same memory.
    const weft_status status = wait_for_all(&Seat::finished, number - 1, &op.call);
    if (status != WEFT_OK) return status;
  }
  const auto bytes = static_cast<size_t>(op.elements(window) * op.size);
  if (has_data && bytes > 0) {
    char* const to = segment_.window(options_.rank, number);
    const char* const from = static_cast<const char*>(op.call.send) + window * op.piece * op.size;
    if (op.has_parts)
      stage_parts(op, window, from, to);
    else
      for (int64_t block = 0; block < op.blocks; ++block)
        std::memcpy(to + block * op.pitch, from + block * op.block * op.size, bytes);
  }
  if (window == 0) {
    seat.described[number % 2] = op.described;
    seat.digests[number % 2] = op.described.digest;
  }
  seat.staged.store(number + 1, std::memory_order_release);
  ring_all();
  return WEFT_OK;
}

// The parts of a window that other ranks reduce.
void Member::stage_parts(const Operation& op, int64_t window, const char* from, char* to) {
  const int64_t begin = op.part(window, options_.rank, options_.ranks) * op.size;
  const int64_t end = op.part(window, options_.rank + 1, options_.ranks) * op.size;
  std::memcpy(to, from, static_cast<size_t>(begin));
  std::memcpy(to + end, from + end, static_cast<size_t>(op.elements(window) * op.size - end));
}

weft_status Member::wait_staged(const Operation& op, int64_t window) {
  const uint64_t least = op.first + static_cast<uint64_t>(window) + 1;
  if (op.call.kind != WEFT_BROADCAST || window == 0)
    return wait_for_all(&Seat::staged, least, &op.call);
  return wait(
      [this, &op, least] {
        const Seat& root = segment_.seat(op.call.peer);
        return root.staged.load(std::memory_order_acquire) < least ? op.call.peer : kNobody;
      },
      &op.call);
}

weft_status Member::agree(const Operation& op) {
  const size_t at = op.first % 2;
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    const Seat& seat = segment_.seat(rank);
    if (seat.digests[at] != op.described.digest)
      return publish(
          fail_differing(options_.group, options_.rank, op.described, rank, seat.described[at]));
  }
  return WEFT_OK;
}

void Member::reduce_own(const Operation& op, int64_t window) {
  const uint64_t number = op.first + static_cast<uint64_t>(window);
  const int64_t offset = op.blocks > 1 ? options_.rank * op.pitch : 0;
  const void* blocks[1024];
  for (int32_t rank = 0; rank < options_.ranks; ++rank)
    blocks[rank] = segment_.window(rank, number) + offset;
  char* const to = static_cast<char*>(op.call.receive) + window * op.piece * op.size;
  op.reduce(blocks, options_.ranks, op.elements(window), to);
}

// Each rank reduces its part of the window into its own window, for the others, and copies all
// parts when they are there.
weft_status Member::reduce_together(const Operation& op, int64_t window) {
  const uint64_t number = op.first + static_cast<uint64_t>(window);
  const int64_t begin = op.part(window, options_.rank, options_.ranks) * op.size;
  const int64_t end = op.part(window, options_.rank + 1, options_.ranks) * op.size;
  const void* blocks[1024];
  for (int32_t rank = 0; rank < options_.ranks; ++rank)
    blocks[rank] = segment_.window(rank, number) + begin;
  blocks[options_.rank] =
      static_cast<const char*>(op.call.send) + window * op.piece * op.size + begin;
  op.reduce(blocks, options_.ranks, (end - begin) / op.size,
            segment_.window(options_.rank, number) + begin);
  segment_.seat(options_.rank).reduced.store(number + 1, std::memory_order_release);
  ring_all();
  const weft_status status = wait_for_all(&Seat::reduced, number + 1, &op.call);
  if (status != WEFT_OK) return status;
  char* const to = static_cast<char*>(op.call.receive) + window * op.piece * op.size;
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    const int64_t from = op.part(window, rank, options_.ranks) * op.size;
    const int64_t until = op.part(window, rank + 1, options_.ranks) * op.size;
    std::memcpy(to + from, segment_.window(rank, number) + from, static_cast<size_t>(until - from));
  }
  return WEFT_OK;
}

void Member::copy_out(const Operation& op, int64_t window) {
  const auto bytes = static_cast<size_t>(op.elements(window) * op.size);
  if (bytes == 0) return;
  const uint64_t number = op.first + static_cast<uint64_t>(window);
  char* const to = static_cast<char*>(op.call.receive) + window * op.piece * op.size;
  if (op.call.kind == WEFT_BROADCAST) {
    if (op.call.receive != nullptr && op.call.receive != op.call.send)
      std::memcpy(to, segment_.window(op.call.peer, number), bytes);
    else if (options_.rank != op.call.peer)
      std::memcpy(to, segment_.window(op.call.peer, number), bytes);
    return;
  }
  const int64_t offset = op.blocks > 1 ? options_.rank * op.pitch : 0;
  for (int32_t rank = 0; rank < options_.ranks; ++rank)
    std::memcpy(to + rank * op.block * op.size, segment_.window(rank, number) + offset, bytes);
}

}  // namespace weft_collectives::memory
