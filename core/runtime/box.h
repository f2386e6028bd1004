// A box is what arrays share: one content. Views, transposes and `detach()` of an array are
// geometries on the same box, so a write through one is seen by all.
//
// The box knows the storage of its content and, when the content was recorded, the tape node that
// produced it. The node is an opaque counted object: what it is, is autograd's business.
#pragma once

#include "base/ref.h"
#include "runtime/memory/storage.h"

namespace weft {

class Box final {
 public:
  // `lead`: bytes before the box in its block of memory, which is freed with it.
  explicit Box(Ref<Storage> storage, uint16_t lead = 0)
      : lead_(lead), storage_(std::move(storage)) {}

  static Box* create(Ref<Storage> storage);  // null when out of memory
  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy();
  }

  bool shared() const { return references_.load(std::memory_order_acquire) > 1; }

  // A traced box has no storage: its content is an SSA value of a running trace.
  bool traced() const { return !storage_; }
  Storage* storage() const { return storage_.get(); }
  int64_t bytes() const { return storage_ ? storage_->bytes() : traced_bytes; }
  void set_storage(Ref<Storage> storage) { storage_ = std::move(storage); }

  // Counts writes: a view's cached node is stale when its epoch differs.
  uint32_t epoch() const { return epoch_; }

  Object* node() const { return node_.get(); }
  uint32_t node_output() const { return node_output_; }
  // The content is a new one, made by output `output` of `node` (null: a constant).
  void set_content(Ref<Object> node, uint32_t output) {
    node_ = std::move(node);
    node_output_ = output;
    ++epoch_;
  }

  // How many have been promised its address (DLPack, a caller's buffer): while there is one, the
  // box is written in place, and taking its value copies.
  std::atomic<int32_t> pins{0};
  bool pinned() const { return pins.load(std::memory_order_acquire) != 0; }

  bool leaf = false;             // attach_grad was called: the node is the leaf's own
  bool state = false;            // may be written while recording; stores the value detached
  bool filled_by_parts = false;  // parts of it were written: the tape copies small parts it saves
  bool read_only = false;        // memory of somebody who forbids writes
  int64_t traced_bytes = 0;      // size of the content of a box without storage

 private:
  ~Box() = default;
  void destroy();

  std::atomic<int32_t> references_{1};
  uint32_t epoch_ = 0;
  uint32_t node_output_ = 0;
  uint16_t lead_;
  Ref<Storage> storage_;
  Ref<Object> node_;
};

}  // namespace weft
