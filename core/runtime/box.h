// A box is the variable that arrays share: it has one content at a time. Views, transposes and
// `detach()` of an array are geometries on the same box, so all of them see a write through one.
//
// The box knows the storage of its content and, if the content was recorded, the tape node that
// produced it. For the box the node is an opaque counted object; only autograd knows more of it.
#pragma once

#include "base/ref.h"
#include "runtime/memory/storage.h"

namespace weft {

class Box final {
 public:
  // `lead`: bytes before the box in its block of memory; the block is freed together with the box.
  explicit Box(Ref<Storage> storage, uint16_t lead = 0)
      : lead_(lead), storage_(std::move(storage)) {}

  static Box* create(Ref<Storage> storage);  // null when out of memory
  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy();
  }

  // Does anybody else hold this box?
  bool shared() const { return references_.load(std::memory_order_acquire) > 1; }

  // A traced box has no storage: its content is an SSA value of a trace that is being recorded.
  bool traced() const { return !storage_; }
  Storage* storage() const { return storage_.get(); }
  int64_t bytes() const { return storage_ ? storage_->bytes() : traced_bytes; }
  // The box gets other memory; its history and its epoch stay.
  void set_storage(Ref<Storage> storage) { storage_ = std::move(storage); }

  // Counts the writes: a node that a view has cached is stale if its epoch differs.
  uint32_t epoch() const { return epoch_; }

  // The tape node that made the content, and which of its outputs the content is.
  Object* node() const { return node_.get(); }
  uint32_t node_output() const { return node_output_; }
  // The content is new: output `output` of `node` made it; without a node it is a constant.
  void set_content(Ref<Object> node, uint32_t output) {
    node_ = std::move(node);
    node_output_ = output;
    ++epoch_;
  }

  // How many holders have been promised the address (DLPack, a buffer of the caller). While there
  // is one, writes happen in place, and holding the content as a value copies it.
  std::atomic<int32_t> pins{0};
  bool pinned() const { return pins.load(std::memory_order_acquire) != 0; }

  bool leaf = false;   // attach_grad was called: the node is the leaf's own
  bool state = false;  // may be written while recording; the written value has no history
  // Parts of it were written: the tape copies the small parts that it saves.
  bool filled_by_parts = false;
  bool read_only = false;    // the owner of the memory forbids writes
  int64_t traced_bytes = 0;  // size of the content of a box without storage

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
