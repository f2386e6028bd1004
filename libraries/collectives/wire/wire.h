// Collectives and messages over anything that moves bytes between two ranks: what `gloo` and `mpi`
// have in common.
//
// A Wire moves blocks: a rank posts sends and receives, which go on by themselves, and waits for
// each. Blocks of one pair and one channel arrive in the order in which they were posted; a receive
// may have more room than is sent. All failures are for good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "../arithmetic.h"
#include "../driver.h"

namespace weft_collectives {

enum class Channel : uint64_t { kDescription = 1, kBlocks = 2, kResults = 3, kMessages = 4 };

// A block on its way. Destroyed when nobody waits for it any more.
class Transfer {
 public:
  virtual ~Transfer() = default;
};
using Posted = std::unique_ptr<Transfer>;

// What a wait ends with where the transport failed: a text for people.
struct Broken {
  int32_t peer;
  bool is_late;  // nothing came within the time
  std::string reason;
};

class Wire {
 public:
  virtual ~Wire() = default;
  virtual Posted send(int32_t to, Channel channel, const void* data, size_t bytes) = 0;
  virtual Posted receive(int32_t from, Channel channel, void* data, size_t room) = 0;
  // Waits until the block was read or has come; throws Broken.
  virtual void wait(Transfer& transfer) = 0;
  // True if `wait` would not have to wait; a wire that cannot tell says false.
  virtual bool is_done(Transfer& transfer) = 0;
};

// One group over a wire: operations as calls ask for them. `run` throws Broken and std::bad_alloc.
class Exchange {
 public:
  Exchange(Wire& wire, int32_t rank, int32_t ranks, const char* group)
      : wire_(wire), rank_(rank), ranks_(ranks), group_(group), kept_(static_cast<size_t>(ranks)) {}
  weft_status run(const weft_collective_call& call);
  // Waits until messages that were sent have been read.
  void flush();

 private:
  struct Kept {  // a message that came before it was asked for
    int64_t tag;
    Described sent;
    std::vector<char> data;
  };
  struct Sent {  // a message that may not have been read yet
    std::vector<char> data;
    Posted description, block;
  };

  weft_status run_collective(const weft_collective_call& call);
  weft_status agree(const weft_collective_call& call, bool has_blocks);
  weft_status fail_together(const weft_collective_call& call);
  void run_small(const weft_collective_call& call);
  char* rooms_for(size_t bytes);
  void reduce_two(const weft_collective_call& call);
  void reduce_large(const weft_collective_call& call);
  void move_large(const weft_collective_call& call);
  void broadcast_large(const weft_collective_call& call);
  weft_status send(const weft_collective_call& call);
  weft_status receive(const weft_collective_call& call);
  weft_status take(const weft_collective_call& call, const Described& sent,
                   const std::vector<char>* data);
  void wait_all(std::vector<Posted>& transfers);
  void drop_read();

  Wire& wire_;
  int32_t rank_, ranks_;
  const char* group_;
  std::vector<char> letters_;      // what came from each rank: a digest, and small blocks
  std::vector<char> letter_;       // what goes to all
  std::unique_ptr<char[]> rooms_;  // where blocks arrive that this rank reduces
  size_t rooms_bytes_ = 0;
  std::vector<Posted> transfers_;
  std::vector<std::vector<Kept>> kept_;
  std::deque<Sent> sent_;
  size_t sent_bytes_ = 0;
};

}  // namespace weft_collectives
