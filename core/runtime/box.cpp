#include "runtime/box.h"

#include <new>

#include "runtime/memory/pool.h"

namespace weft {

Box* Box::create(Ref<Storage> storage) {
  void* block = pool_allocate(sizeof(Box));
  return block ? ::new (block) Box(std::move(storage)) : nullptr;
}

void Box::destroy() {
  const size_t lead = lead_;
  this->~Box();
  pool_free(reinterpret_cast<char*>(this) - lead, lead + sizeof(Box));
}

}  // namespace weft
