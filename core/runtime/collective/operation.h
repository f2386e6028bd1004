// One operation of a group of processes, and what carries it out: the core's side of
// weft_collective.h, whose numbers these are.
#pragma once

#include <stdint.h>

#include <string>
#include <vector>

#include "base/ref.h"
#include "base/status.h"
#include "base/view.h"
#include "runtime/memory/storage.h"

namespace weft {

enum class Reduction : int32_t { kSum = 0, kProduct = 1, kMin = 2, kMax = 3 };

enum class CollectiveKind : int32_t {
  kAllReduce = 0,
  kReduceScatter = 1,
  kAllGather = 2,
  kBroadcast = 3,
  kAllToAll = 4,
  kSend = 5,
  kReceive = 6,
  kBarrier = 7,
};

class Transport;

// Blocks are dense and lie in the host's memory. They stay as they are until the operation has
// ended: the group keeps them by `kept`, or the caller does until its wait has returned.
struct Operation {
  CollectiveKind kind = CollectiveKind::kBarrier;
  Reduction reduction = Reduction::kSum;
  DType dtype = DType::kFloat32;
  int32_t peer = -1;  // root, destination or source
  int64_t tag = 0;
  int64_t count = 0;  // elements of `send`; of `receive` for kReceive
  const void* send = nullptr;
  void* receive = nullptr;
  std::vector<Ref<Storage>> kept;  // let go when the operation has ended
  bool ordered = false;            // a tree over ranks, whatever the transport does by itself
  uint64_t fingerprint = 0;
  std::string where;  // operator, type and line, for texts
  // Carries out an ordered reduction over a transport that knows none; it computes, so it comes
  // from the folder that has kernels.
  Status (*compose)(Transport& transport, const Operation& operation, int ranks) = nullptr;
};

// What moves the bytes of one group. `run` is called by one thread at a time, `abort` by any.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Status run(const Operation& operation) = 0;
  // Ends the operation that runs, if any; all later ones fail.
  virtual void abort(const std::string& reason) = 0;
  virtual bool orders() const = 0;  // does it understand `ordered`?
  virtual bool checks() const = 0;  // does it compare fingerprints?
};

}  // namespace weft
