// The memory that the ranks of a group share, and how they come to it.
//
// Rank 0 makes it without a name: it is a file descriptor, which the others open through /proc, as
// only processes of the same user may. So there is nothing to delete, whoever dies. The address of
// a rank is signed with the secret of the job, and a rank looks at nothing before it has checked
// the signatures of all.
//
// A segment is a header, a seat for each rank, windows for collectives (two a rank) and rings for
// messages (one for each pair of ranks).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "../driver.h"
#include "../secret.h"

namespace weft_collectives::memory {

// Of a futex, and of counters that several processes see.
static_assert(std::atomic<uint32_t>::is_always_lock_free);
static_assert(std::atomic<uint64_t>::is_always_lock_free);

// What a rank writes and the others read. Counters grow as long as the group lives; window w is in
// buffer w % 2.
struct Seat {
  // Where its thread sleeps: who changes what the rank waits for rings the bell.
  alignas(64) std::atomic<uint32_t> bell;
  std::atomic<uint32_t> is_sleeping;
  std::atomic<uint32_t> state;  // kSeat*

  alignas(64) std::atomic<uint64_t> staged;    // windows that others may read
  uint64_t digests[2];                         // of the operations of the last two windows
  alignas(64) std::atomic<uint64_t> reduced;   // windows of which it has reduced its part
  alignas(64) std::atomic<uint64_t> finished;  // windows that it does not read any more
  alignas(64) Described described[2];
};
inline constexpr uint32_t kSeatEmpty = 0, kSeatTaken = 1, kSeatLeft = 2;

// Messages from one rank to another, as bytes that go round. Both counters only grow.
struct Ring {
  alignas(64) std::atomic<uint64_t> written;
  alignas(64) std::atomic<uint64_t> read;
};

// The first failure of the group, which is that of all ranks.
struct Failure {
  alignas(64) std::atomic<uint32_t> state;  // kFailure*
  weft_status status;
  char text[kTextBytes];
};
inline constexpr uint32_t kFailureNone = 0, kFailureWritten = 1, kFailureKnown = 2;

struct Header {
  uint8_t nonce[16];
  Failure failure;
};

// Sizes and places, which follow from the number of ranks.
class Layout {
 public:
  explicit Layout(int32_t ranks);
  size_t bytes() const { return rings_ + pairs_ * (sizeof(Ring) + ring_bytes_); }
  size_t window_bytes() const { return window_bytes_; }
  size_t ring_bytes() const { return ring_bytes_; }
  size_t seat(int32_t rank) const { return kSeats + static_cast<size_t>(rank) * sizeof(Seat); }
  size_t window(int32_t rank, uint64_t number) const {
    return windows_ + (2 * static_cast<size_t>(rank) + number % 2) * window_bytes_;
  }
  size_t ring(int32_t from, int32_t to) const {
    return rings_ + (static_cast<size_t>(from) * ranks_ + static_cast<size_t>(to)) *
                        (sizeof(Ring) + ring_bytes_);
  }

 private:
  static constexpr size_t kSeats = (sizeof(Header) + 63) / 64 * 64;
  size_t ranks_, pairs_, window_bytes_, ring_bytes_, windows_, rings_;
};

// How the others reach a rank. Signed with the secret of the job over everything before.
struct Address {
  char magic[8];
  int32_t rank, ranks;
  int32_t process;
  int32_t descriptor;  // of rank 0: the segment in its process
  uint64_t started;    // when the process began, so that a number that is used again is seen
  uint64_t process_namespace;  // numbers of processes mean the same in it
  uint8_t machine[16];         // the same for what runs since one start of one machine
  uint8_t nonce[16];           // of rank 0: what the segment begins with
  Digest signature;
};

// A process that may end: true while it has not.
bool is_alive(int32_t process, uint64_t started);

// The mapping, and what this rank knows of the others.
class Segment {
 public:
  ~Segment() { release(); }
  // Makes this rank's address and, on rank 0, the memory.
  weft_status open(const weft_collective_options& options, Address* address);
  // Checks all addresses and maps the memory that rank 0 made.
  weft_status map(const weft_collective_options& options, const void* const* addresses,
                  const size_t* bytes);
  // Rank 0: the others have mapped the memory, so that nobody needs the descriptor any more.
  void close_descriptor();
  void release();

  bool is_mapped() const { return base_.load(std::memory_order_acquire) != nullptr; }
  const Layout& layout() const { return layout_; }
  Header& header() const { return *at<Header>(0); }
  Seat& seat(int32_t rank) const { return *at<Seat>(layout_.seat(rank)); }
  char* window(int32_t rank, uint64_t number) const {
    return at<char>(layout_.window(rank, number));
  }
  Ring& ring(int32_t from, int32_t to) const { return *at<Ring>(layout_.ring(from, to)); }
  char* ring_data(int32_t from, int32_t to) const {
    return at<char>(layout_.ring(from, to) + sizeof(Ring));
  }
  const Address& address(int32_t rank) const { return addresses_[rank]; }

 private:
  template <class T>
  T* at(size_t offset) const {
    return reinterpret_cast<T*>(base_.load(std::memory_order_relaxed) + offset);
  }
  weft_status create(Address* address);
  weft_status check(const weft_collective_options& options, int32_t rank) const;
  weft_status map_descriptor(int descriptor);

  Layout layout_{1};
  std::atomic<char*> base_{nullptr};
  int descriptor_ = -1;
  Address* addresses_ = nullptr;
};

}  // namespace weft_collectives::memory
