// A rank of a group: how it waits for others, and how the failure of one becomes that of all.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>

#include "segment.h"

namespace weft_collectives::memory {

struct Message;

class Member {
 public:
  ~Member();
  weft_status open(const weft_collective_options& options, void* address, size_t* bytes);
  weft_status connect(const void* const* addresses, const size_t* bytes);
  weft_status run(const weft_collective_call& call);
  void abort(const char* reason);  // from any thread
  void leave();

 private:
  struct Operation;  // one collective, window by window

  // A condition on other ranks: gives one that is still missing, or kNobody.
  static constexpr int32_t kNobody = -1;
  // Waits until nobody is missing. `call` is null while the group connects.
  template <class Missing>
  weft_status wait(const Missing& missing, const weft_collective_call* call);
  template <class Counter>
  weft_status wait_for_all(Counter Seat::*counter, uint64_t least,
                           const weft_collective_call* call);
  // The reasons why a wait may end badly.
  weft_status check_failure();
  // The failure that this rank was aborted, or `status` where it was not.
  weft_status own_abort_or(weft_status status) const;
  bool is_lost(int32_t rank, bool looks_for_process) const;
  weft_status fail_lost(int32_t rank, const weft_collective_call* call);
  weft_status fail_late(int32_t rank, const weft_collective_call* call);
  void sleep(uint32_t bell, double seconds);

  // Says to a rank, or to all, that something changed that they may wait for.
  void ring(int32_t rank);
  void ring_all();
  // Makes the text that `fail` kept last the failure of the group.
  weft_status publish(weft_status status);
  void start_clock();
  double seconds_left() const;

  // Collectives (transfer.cpp).
  weft_status run_collective(const weft_collective_call& call);
  weft_status stage(const Operation& operation, int64_t window);
  void stage_parts(const Operation& operation, int64_t window, const char* from, char* to);
  weft_status wait_staged(const Operation& operation, int64_t window);
  weft_status agree(const Operation& operation);
  weft_status reduce_together(const Operation& operation, int64_t window);
  void reduce_own(const Operation& operation, int64_t window);
  void copy_out(const Operation& operation, int64_t window);

  // Messages (messages.cpp).
  weft_status send(const weft_collective_call& call);
  weft_status receive(const weft_collective_call& call);
  weft_status put(const weft_collective_call& call, const void* data, size_t bytes);
  weft_status take(const weft_collective_call& call, Message* message);
  weft_status begin_message(int32_t from, Message* wanted, const weft_collective_call* call);
  weft_status pump(int32_t from, Message* wanted, const weft_collective_call* call);
  Message* find_kept(int32_t from, int64_t tag) const;
  size_t arrived(int32_t from) const;
  size_t room(int32_t to) const;
  void read_ring(int32_t from, void* data, size_t bytes);
  void write_ring(int32_t to, const void* data, size_t bytes);
  void free_messages();

  bool is_own_process() const;

  Segment segment_;
  weft_collective_options options_{};
  char* texts_ = nullptr;         // copies of what options_ points to
  Message** arriving_ = nullptr;  // by rank: begun, not complete
  Message** kept_ = nullptr;      // by rank: complete, in order
  uint64_t windows_ = 0;          // that this rank has begun
  int32_t process_ = 0;
  int32_t spins_ = 0;
  timespec deadline_{};
  std::atomic<bool> is_aborted_{false};
  char abort_reason_[256] = {};
};

}  // namespace weft_collectives::memory
