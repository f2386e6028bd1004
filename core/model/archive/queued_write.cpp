// The write is a task of the engine that reads the contents and writes the outcome.
#include "model/archive/queued_write.h"

#include <atomic>

#include "model/archive/held_tensor.h"
#include "runtime/engine/engine.h"

namespace weft::model {
namespace {

// A storage that every write of a file writes to: so the engine puts them in order. It is no memory
// of the pool.
Result<Storage*> order_of_files() {
  static std::atomic<Storage*> order;
  Storage* known = order.load(std::memory_order_acquire);
  if (known) return known;
  static char nothing;
  WEFT_ASSIGN(Ref<Storage> made, Storage::adopt(&nothing, 1, nullptr, [](void*) {}));
  if (order.compare_exchange_strong(known, made.get())) return made.detach();  // for ever
  return known;
}

// The task: the archive is complete except for its contents.
class WriteArchive final : public Task {
 public:
  WriteArchive(std::string path, PreparedArchive archive, std::vector<HeldValue> held,
               Ref<Tensor> written)
      : path_(std::move(path)),
        archive_(std::move(archive)),
        held_(std::move(held)),
        written_(std::move(written)) {
    origin = current_origin();
    for (const NamedTensor& named : archive_.tensors()) bytes += named.tensor->bytes();
  }
  Status run() override {
    WEFT_TRY(archive_.write(path_));
    *reinterpret_cast<bool*>(written_->data()) = true;
    return {};
  }

 private:
  std::string path_;
  PreparedArchive archive_;
  std::vector<HeldValue> held_;
  Ref<Tensor> written_;
};

}  // namespace

Result<Ref<Tensor>> queue_archive(const std::string& path, std::span<const NamedTensor> tensors,
                                  const Metadata& metadata) {
  std::vector<NamedTensor> named;
  std::vector<HeldValue> values;
  std::vector<Storage*> reads;
  for (const NamedTensor& given : tensors) {
    WEFT_ASSIGN(HeldTensor held, hold_content(given));
    reads.push_back(held.tensor->box().storage());
    values.push_back(std::move(held.value));
    named.push_back({given.name, std::move(held.tensor)});
  }
  WEFT_ASSIGN(PreparedArchive archive, PreparedArchive::prepare(named, metadata));
  WEFT_ASSIGN(Ref<Tensor> written, Tensor::create(DType::kBool, Shape()));
  WEFT_ASSIGN(Storage* const order, order_of_files());
  Storage* const writes[] = {order, written->box().storage()};
  WEFT_TRY(engine_push(
      reads, writes,
      std::make_unique<WriteArchive>(path, std::move(archive), std::move(values), written)));
  return written;
}

Status wait_for_queued_writes() {
  WEFT_ASSIGN(Storage* const order, order_of_files());
  Storage* const writes[] = {order};
  return engine_run({}, writes, false, [] { return Status(); });
}

}  // namespace weft::model
