// The storage of prepared values, and the test whether they are up to date: by the number of writes
// of each source, not by content.
#include "executor/program/preparation.h"

#include <algorithm>

#include "executor/program/program.h"
#include "runtime/memory/pool.h"

namespace weft::executor {

using graph::Graph;
using graph::TensorType;

namespace {

// A storage that is a part of a block and keeps the block alive.
Result<Ref<Storage>> part_of(Storage& block, int64_t offset, int64_t bytes) {
  Result<Ref<Storage>> part = Storage::adopt(block.data() + offset, bytes, &block, [](void* whole) {
    static_cast<Storage*>(whole)->release();
  });
  if (part.ok()) block.retain();  // given back when the part goes
  return part;
}

}  // namespace

Result<Ref<Prepared>> Prepared::allocate(std::span<const TensorType> types,
                                         std::span<Storage* const> sources) {
  const Ref<Prepared> prepared = Ref<Prepared>::adopt(new Prepared);
  for (Storage* const source : sources) {
    source->retain();
    prepared->sources_.push_back({Ref<Storage>::adopt(source), source->writes.load()});
  }
  // Each value begins at an aligned offset, and an empty one still takes a place.
  const auto room = [](const TensorType& type) {
    const auto unit = static_cast<int64_t>(kAlignment);
    return (std::max<int64_t>(type.bytes(), 1) + unit - 1) / unit * unit;
  };
  int64_t bytes = 0;
  for (const TensorType& type : types) bytes += room(type);
  if (bytes == 0) return prepared;
  WEFT_ASSIGN(const Ref<Storage> all, Storage::allocate(bytes));
  int64_t offset = 0;
  for (const TensorType& type : types) {
    WEFT_ASSIGN(Ref<Storage> part, part_of(*all, offset, type.bytes()));
    prepared->contents_.push_back(std::move(part));
    offset += room(type);
  }
  return prepared;
}

bool Prepared::is_from(std::span<Storage* const> sources) const {
  return std::ranges::equal(sources_, sources, [](const Source& own, const Storage* given) {
    return own.storage.get() == given &&
           own.writes == given->writes.load(std::memory_order_relaxed);
  });
}

Preparation::Preparation(Graph graph, std::vector<int32_t> inputs, Ref<Compiled> plan)
    : graph_(std::move(graph)), inputs_(std::move(inputs)), plan_(std::move(plan)) {}

Preparation::~Preparation() = default;

std::span<const TensorType> Preparation::types() const { return plan_->output_types(); }

int64_t Preparation::bytes() const {
  int64_t bytes = 0;
  for (const TensorType& type : types()) bytes += type.bytes();
  return bytes;
}

Ref<Prepared> Preparation::kept(std::span<Storage* const> sources) const {
  const std::lock_guard lock(mutex_);
  return kept_ && kept_->is_from(sources) ? kept_ : Ref<Prepared>();
}

// A weight is to be in memory once: the pages of a mapped file are dropped as soon as their content
// is packed (`sources` are passed as read_once).
Status Preparation::make(Frame& frame, const Prepared& prepared, std::span<void* const> in) const {
  std::vector<Storage*> sources;
  std::vector<void*> out;
  for (const Prepared::Source& source : prepared.sources_) sources.push_back(source.storage.get());
  std::vector<int64_t> room;
  for (const Ref<Storage>& content : prepared.contents_) {
    out.push_back(content->data());
    room.push_back(content->bytes());
  }
  return plan_->forward(frame, in, out, 0, 0, sources, {{}, room});
}

// Values are made seldom, so the scratch of making them is not worth keeping.
void Preparation::keep(Ref<Prepared> prepared) {
  plan_->free_idle();
  const std::lock_guard lock(mutex_);
  kept_ = std::move(prepared);
}

Result<Ref<Prepared>> Preparation::kept_or_made(std::span<Storage* const> sources,
                                                std::span<void* const> in) {
  const std::lock_guard lock(making_);
  if (Ref<Prepared> found = kept(sources)) return found;
  WEFT_ASSIGN(Ref<Prepared> made, Prepared::allocate(types(), sources));
  {
    WEFT_ASSIGN(const FramePtr frame, plan_->checkout());
    WEFT_TRY(make(*frame, *made, in));
  }
  keep(made);
  return made;
}

}  // namespace weft::executor
