// States are copies of tensors of the model; the model's own contents stay as they were loaded.
#include "model/run/states.h"

#include <algorithm>
#include <cstring>

#include "runtime/thread_state.h"
#include "weft_parts.h"

namespace weft::model {
namespace {

// A tensor of that name with another size is an ordinary tensor of the file.
bool is_random_state(const NamedTensor& named) {
  return named.name == kRandomState && named.tensor->bytes() == sizeof(States::Random);
}

States::Random first_random(const Model& model) {
  States::Random random;
  const int32_t index = model.archive().find_tensor(kRandomState);
  if (index < 0) return random;
  const NamedTensor& saved = model.tensors()[static_cast<size_t>(index)];
  if (is_random_state(saved)) std::memcpy(&random, saved.tensor->data(), sizeof random);
  return random;
}

Result<Ref<Tensor>> copy_of(DType dtype, const Shape& shape, const void* content) {
  WEFT_ASSIGN(Ref<Tensor> copy, Tensor::create(dtype, shape));
  if (copy->bytes() > 0) std::memcpy(copy->data(), content, static_cast<size_t>(copy->bytes()));
  return copy;
}

// Copies the first content. The file's pages are given back: only a reset reads them again.
void copy_first(const Tensor& first, const void* source, void* memory) {
  if (first.bytes() > 0) std::memcpy(memory, source, static_cast<size_t>(first.bytes()));
  first.box().storage()->give_back_pages();
}

}  // namespace

Ref<States> States::create(Ref<Model> model) {
  Ref<States> states = Ref<States>::adopt(new States(std::move(model)));
  if constexpr (WEFT_KEEPS_states) states->random = first_random(*states->model_);
  return states;
}

States::Entered States::enter() {
  const auto me = reinterpret_cast<uintptr_t>(&thread_state());
  uintptr_t user = 0;
  if (user_.compare_exchange_strong(user, me, std::memory_order_acquire, std::memory_order_relaxed))
    return Entered::kYes;
  return user == me ? Entered::kThisThread : Entered::kOtherThread;
}

void* States::find(int32_t index) const {
  const auto at = static_cast<size_t>(index);
  if (at >= place_.size() || place_[at] < 0) return nullptr;
  return states_[static_cast<size_t>(place_[at])].memory;
}

Status States::add(int32_t index, void* memory, Ref<Storage> owner) {
  const Tensor& tensor = *model_->tensors()[static_cast<size_t>(index)].tensor;
  State state{index, memory, std::move(owner), HeldValue(tensor.box().storage()), tensor.data()};
  if (!memory) {
    WEFT_ASSIGN(state.owner, Storage::allocate(std::max<int64_t>(tensor.bytes(), 1)));
    state.memory = state.owner->data();
  }
  copy_first(tensor, state.source, state.memory);
  place_.resize(std::max(place_.size(), static_cast<size_t>(index) + 1), -1);
  place_[static_cast<size_t>(index)] = static_cast<int32_t>(states_.size());
  states_.push_back(std::move(state));
  ++additions_;
  return {};
}

void States::reset() {
  random = first_random(*model_);
  for (const State& state : states_)
    copy_first(*model_->tensors()[static_cast<size_t>(state.index)].tensor, state.source,
               state.memory);
}

Status States::save(const std::string& path) const {
  std::vector<NamedTensor> tensors(model_->tensors().begin(), model_->tensors().end());
  for (size_t i = 0; i < tensors.size(); ++i) {
    const bool is_random = is_random_state(tensors[i]);
    const void* content = is_random ? &random : find(static_cast<int32_t>(i));
    if (!content) continue;
    const Tensor& first = *tensors[i].tensor;
    WEFT_ASSIGN(tensors[i].tensor, copy_of(first.dtype(), first.shape(), content));
  }
  return write_archive(path, tensors, model_->archive().metadata);
}

}  // namespace weft::model
