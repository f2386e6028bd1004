// Collectives over a wire. Every operation begins with a digest of the call that all ranks send to
// all, so ranks that disagree learn it before a byte is written to an array; only then do they send
// each other the texts. What is small travels with the digest and needs no other step. What is
// large is reduced by parts: rank r gets part r of all others, in segments, and sends each segment
// of the result to all as soon as it is reduced. Two ranks exchange the whole array instead.
#include <algorithm>
#include <cstring>

#include "wire.h"

namespace weft_collectives {
namespace {

constexpr size_t kSmallBytes = 8 << 10;
constexpr size_t kHead = sizeof(uint64_t);  // the digest
constexpr size_t kLetter = kHead + kSmallBytes;
constexpr size_t kSegment = 512 << 10;
constexpr size_t kAhead = 8;  // segments of each other rank that may be on their way

size_t bytes_of(const weft_collective_call& call) {
  return call.kind == WEFT_BARRIER ? 0 : static_cast<size_t>(call.count) * size_of(call.dtype);
}

// Bytes from .. to of an array that rank r has as its part, in whole cache lines.
size_t part_begin(size_t bytes, int32_t rank, int32_t ranks) {
  const size_t lines = (bytes + 63) / 64;
  return std::min(bytes, lines * static_cast<size_t>(rank) / static_cast<size_t>(ranks) * 64);
}

}  // namespace

void Exchange::wait_all(std::vector<Posted>& transfers) {
  for (Posted& transfer : transfers) wire_.wait(*transfer);
  transfers.clear();
}

weft_status Exchange::run(const weft_collective_call& call) {
  const weft_status status = check_call(call, rank_, ranks_);
  if (status != WEFT_OK) return status;
  if (call.kind == WEFT_SEND) return send(call);
  if (call.kind == WEFT_RECEIVE) return receive(call);
  return run_collective(call);
}

weft_status Exchange::run_collective(const weft_collective_call& call) {
  const bool is_small = bytes_of(call) <= kSmallBytes;
  const weft_status status = agree(call, is_small);
  if (status != WEFT_OK) return status;
  if (is_small) {
    run_small(call);
  } else if (call.kind == WEFT_ALL_REDUCE && ranks_ == 2) {
    reduce_two(call);
  } else if (is_reduction(call.kind)) {
    reduce_large(call);
  } else if (call.kind == WEFT_BROADCAST) {
    broadcast_large(call);
  } else {
    move_large(call);
  }
  return WEFT_OK;
}

// Sends the digest, and small blocks with it, to all, and takes those of all.
weft_status Exchange::agree(const weft_collective_call& call, bool has_blocks) {
  letters_.resize(kLetter * static_cast<size_t>(ranks_));
  letter_.resize(kLetter);
  const uint64_t mine = digest_of(call);
  const bool has_data = has_blocks && (call.kind != WEFT_BROADCAST || call.peer == rank_);
  const size_t bytes = has_data ? bytes_of(call) : 0;
  std::memcpy(letter_.data(), &mine, sizeof mine);
  if (bytes > 0) std::memcpy(letter_.data() + kHead, call.send, bytes);
  transfers_.clear();
  for (int32_t step = 1; step < ranks_; ++step) {
    const int32_t from = (rank_ + ranks_ - step) % ranks_;
    transfers_.push_back(wire_.receive(from, Channel::kDescription,
                                       letters_.data() + kLetter * static_cast<size_t>(from),
                                       kLetter));
  }
  for (int32_t step = 1; step < ranks_; ++step)
    transfers_.push_back(
        wire_.send((rank_ + step) % ranks_, Channel::kDescription, letter_.data(), kHead + bytes));
  wait_all(transfers_);
  std::memcpy(letters_.data() + kLetter * static_cast<size_t>(rank_), letter_.data(),
              kHead + bytes);
  for (size_t rank = 0; rank < static_cast<size_t>(ranks_); ++rank)
    if (std::memcmp(letters_.data() + kLetter * rank, &mine, sizeof mine) != 0)
      return fail_together(call);
  return WEFT_OK;
}

// Where not all are equal, every rank differs from some other one: all come here.
weft_status Exchange::fail_together(const weft_collective_call& call) {
  const Described mine = describe(call);
  std::vector<Described> all(static_cast<size_t>(ranks_), mine);
  std::vector<Posted> transfers;
  for (int32_t rank = 0; rank < ranks_; ++rank) {
    if (rank == rank_) continue;
    Described& other = all[static_cast<size_t>(rank)];
    transfers.push_back(wire_.receive(rank, Channel::kDescription, &other, sizeof other));
    transfers.push_back(wire_.send(rank, Channel::kDescription, &mine, sizeof mine));
  }
  wait_all(transfers);
  int32_t other = 0;
  while (all[static_cast<size_t>(other)].digest == mine.digest) ++other;
  return fail_differing(group_, rank_, mine, other, all[static_cast<size_t>(other)]);
}

// All blocks are here, behind the descriptions.
void Exchange::run_small(const weft_collective_call& call) {
  const size_t bytes = bytes_of(call);
  if (bytes == 0) return;
  const size_t block = is_split(call.kind) ? bytes / static_cast<size_t>(ranks_) : bytes;
  const size_t mine = is_split(call.kind) ? block * static_cast<size_t>(rank_) : 0;
  std::vector<const void*> blocks(static_cast<size_t>(ranks_));
  for (size_t rank = 0; rank < blocks.size(); ++rank)
    blocks[rank] = letters_.data() + kLetter * rank + kHead + mine;
  auto* const to = static_cast<char*>(call.receive);
  if (is_reduction(call.kind)) {
    const auto count = static_cast<int64_t>(block / size_of(call.dtype));
    reduction_of(call.dtype, call.reduction)(blocks.data(), ranks_, count, to);
  } else if (call.kind == WEFT_BROADCAST) {
    if (to != nullptr) std::memcpy(to, blocks[static_cast<size_t>(call.peer)], bytes);
  } else {
    for (size_t rank = 0; rank < blocks.size(); ++rank)
      std::memcpy(to + rank * block, blocks[rank], block);
  }
}

// Memory in which blocks arrive; it is kept from call to call.
char* Exchange::rooms_for(size_t bytes) {
  if (bytes > rooms_bytes_) {
    rooms_ = std::make_unique_for_overwrite<char[]>(bytes);
    rooms_bytes_ = bytes;
  }
  return rooms_.get();
}

// all_reduce between two ranks: each gets the whole array of the other, which is as many bytes as
// a part and the result of the other part, and no rank waits for what the other has reduced. An
// array may be its own result: a segment of it is overwritten when it has gone.
void Exchange::reduce_two(const weft_collective_call& call) {
  const size_t bytes = bytes_of(call), size = size_of(call.dtype);
  const auto* const from = static_cast<const char*>(call.send);
  auto* const to = static_cast<char*>(call.receive);
  const int32_t other = 1 - rank_;
  const size_t all = (bytes + kSegment - 1) / kSegment;
  const auto length = [&](size_t segment) {
    return std::min(kSegment, bytes - segment * kSegment);
  };
  char* const rooms = rooms_for(std::min(kAhead, all) * kSegment);
  const auto room_of = [&](size_t segment) { return rooms + segment % kAhead * kSegment; };
  std::vector<Posted> going(all), coming(all);
  const auto post = [&](size_t segment) {
    if (segment < all)
      coming[segment] = wire_.receive(other, Channel::kBlocks, room_of(segment), length(segment));
  };
  for (size_t segment = 0; segment < std::min(kAhead, all); ++segment) post(segment);
  for (size_t segment = 0; segment < all; ++segment)
    going[segment] =
        wire_.send(other, Channel::kBlocks, from + segment * kSegment, length(segment));
  const Reduction reduce = reduction_of(call.dtype, call.reduction);
  for (size_t segment = 0; segment < all; ++segment) {
    wire_.wait(*coming[segment]);
    wire_.wait(*going[segment]);
    const void* blocks[2];
    blocks[rank_] = from + segment * kSegment;
    blocks[other] = room_of(segment);
    reduce(blocks, 2, static_cast<int64_t>(length(segment) / size), to + segment * kSegment);
    post(segment + kAhead);
  }
}

// all_reduce and reduce_scatter. Some segments of every other rank are on their way at a time. An
// array may be its own result: a part of it is overwritten when its owner has it, and the owner's
// part is sent to nobody.
void Exchange::reduce_large(const weft_collective_call& call) {
  const bool is_scattered = call.kind == WEFT_REDUCE_SCATTER;
  const size_t bytes = bytes_of(call), size = size_of(call.dtype);
  const size_t block = bytes / static_cast<size_t>(ranks_);
  auto* from = static_cast<char*>(const_cast<void*>(call.send));
  std::vector<char> copy;
  if (is_scattered && call.send == call.receive) {
    copy.assign(from, from + bytes);
    from = copy.data();
  }
  const auto begin = [&](int32_t rank) {
    return is_scattered ? block * static_cast<size_t>(rank) : part_begin(bytes, rank, ranks_);
  };
  const auto segments = [&](int32_t rank) {
    return (begin(rank + 1) - begin(rank) + kSegment - 1) / kSegment;
  };
  const auto length = [&](int32_t rank, size_t segment) {
    return std::min(kSegment, begin(rank + 1) - begin(rank) - segment * kSegment);
  };
  const size_t mine = begin(rank_), all = segments(rank_);
  auto* const to = static_cast<char*>(call.receive) + (is_scattered ? 0 : mine);

  // Sends of this rank's blocks and receives of results: those of all segments at once.
  std::vector<Posted> others;
  size_t most = 0;
  for (int32_t rank = 0; rank < ranks_; ++rank) most = std::max(most, segments(rank));
  for (size_t segment = 0; segment < most; ++segment)
    for (int32_t step = 1; step < ranks_; ++step) {
      const int32_t rank = (rank_ + step) % ranks_;
      if (segment >= segments(rank)) continue;
      char* const at = from + begin(rank) + segment * kSegment;
      others.push_back(wire_.send(rank, Channel::kBlocks, at, length(rank, segment)));
    }
  if (!is_scattered)
    for (size_t segment = 0; segment < most; ++segment)
      for (int32_t step = 1; step < ranks_; ++step) {
        const int32_t rank = (rank_ + ranks_ - step) % ranks_;
        if (segment >= segments(rank)) continue;
        char* const at = static_cast<char*>(call.receive) + begin(rank) + segment * kSegment;
        others.push_back(wire_.receive(rank, Channel::kResults, at, length(rank, segment)));
      }

  const size_t room = (std::min(kSegment, begin(rank_ + 1) - mine) + 63) / 64 * 64;
  char* const rooms = rooms_for(std::min(kAhead, all) * static_cast<size_t>(ranks_) * room);
  const auto room_of = [&](int32_t rank, size_t segment) {
    const size_t at = segment % kAhead * static_cast<size_t>(ranks_) + static_cast<size_t>(rank);
    return rooms + at * room;
  };
  std::vector<Posted> arriving[kAhead];
  const auto post = [&](size_t segment) {
    for (int32_t step = 1; segment < all && step < ranks_; ++step) {
      const int32_t rank = (rank_ + ranks_ - step) % ranks_;
      arriving[segment % kAhead].push_back(
          wire_.receive(rank, Channel::kBlocks, room_of(rank, segment), length(rank_, segment)));
    }
  };
  for (size_t segment = 0; segment < kAhead; ++segment) post(segment);
  std::vector<const void*> blocks(static_cast<size_t>(ranks_));
  for (size_t segment = 0; segment < all; ++segment) {
    wait_all(arriving[segment % kAhead]);
    for (int32_t rank = 0; rank < ranks_; ++rank)
      blocks[static_cast<size_t>(rank)] =
          rank == rank_ ? from + mine + segment * kSegment : room_of(rank, segment);
    const size_t now = length(rank_, segment);
    reduction_of(call.dtype, call.reduction)(
        blocks.data(), ranks_, static_cast<int64_t>(now / size), to + segment * kSegment);
    post(segment + kAhead);
    for (int32_t step = 1; !is_scattered && step < ranks_; ++step)
      others.push_back(
          wire_.send((rank_ + step) % ranks_, Channel::kResults, to + segment * kSegment, now));
  }
  wait_all(others);
}

// all_gather and all_to_all: a block from each rank.
void Exchange::move_large(const weft_collective_call& call) {
  const bool is_exchange = is_split(call.kind);
  const size_t bytes = bytes_of(call);
  const size_t block = is_exchange ? bytes / static_cast<size_t>(ranks_) : bytes;
  const auto* from = static_cast<const char*>(call.send);
  auto* const to = static_cast<char*>(call.receive);
  std::vector<char> copy;
  // What comes could overwrite what has not gone yet.
  if (from < to + block * static_cast<size_t>(ranks_) && to < from + bytes &&
      from != to + block * static_cast<size_t>(rank_)) {
    copy.assign(from, from + bytes);
    from = copy.data();
  } else if (is_exchange && from < to + bytes && to < from + bytes) {
    copy.assign(from, from + bytes);
    from = copy.data();
  }
  std::vector<Posted> transfers;
  for (int32_t step = 1; step < ranks_; ++step) {
    const int32_t rank = (rank_ + ranks_ - step) % ranks_;
    transfers.push_back(
        wire_.receive(rank, Channel::kBlocks, to + block * static_cast<size_t>(rank), block));
  }
  for (int32_t step = 1; step < ranks_; ++step) {
    const int32_t rank = (rank_ + step) % ranks_;
    const size_t at = is_exchange ? block * static_cast<size_t>(rank) : 0;
    transfers.push_back(wire_.send(rank, Channel::kBlocks, from + at, block));
  }
  std::memmove(to + block * static_cast<size_t>(rank_),
               from + (is_exchange ? block * static_cast<size_t>(rank_) : 0), block);
  wait_all(transfers);
}

// The root sends a part to each, and all send theirs to the others: so no rank sends more than
// about twice the array. Between two ranks it is sent as it is.
void Exchange::broadcast_large(const weft_collective_call& call) {
  const size_t bytes = bytes_of(call);
  const bool is_root = call.peer == rank_;
  char* const data = static_cast<char*>(is_root ? const_cast<void*>(call.send) : call.receive);
  // The root has no part of its own: the others share the array.
  const auto order = [&](int32_t rank) { return rank < call.peer ? rank : rank - 1; };
  const auto begin = [&](int32_t rank) { return part_begin(bytes, order(rank), ranks_ - 1); };
  const auto length = [&](int32_t rank) {
    return part_begin(bytes, order(rank) + 1, ranks_ - 1) - begin(rank);
  };
  std::vector<Posted> transfers;
  for (int32_t step = 1; step < ranks_; ++step) {
    const int32_t rank = (rank_ + step) % ranks_;
    if (is_root)
      transfers.push_back(wire_.send(rank, Channel::kBlocks, data + begin(rank), length(rank)));
    else if (rank != call.peer)
      transfers.push_back(wire_.receive(rank, Channel::kResults, data + begin(rank), length(rank)));
  }
  if (!is_root) {
    const Posted own =
        wire_.receive(call.peer, Channel::kBlocks, data + begin(rank_), length(rank_));
    wire_.wait(*own);
    for (int32_t step = 1; step < ranks_; ++step) {
      const int32_t rank = (rank_ + step) % ranks_;
      if (rank != call.peer)
        transfers.push_back(
            wire_.send(rank, Channel::kResults, data + begin(rank_), length(rank_)));
    }
  }
  wait_all(transfers);
  if (is_root && call.receive != nullptr && call.receive != call.send)
    std::memcpy(call.receive, call.send, bytes);
}

}  // namespace weft_collectives
