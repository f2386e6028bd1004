// Memory of boxes: a box has a block of its own, or shares the block of its first array (`lead`).

#include "runtime/box.h"

#include <new>

#include "runtime/memory/pool.h"

namespace weft {

Box* Box::create(Ref<Storage> storage) {
  void* block = pool_allocate(sizeof(Box));
  return block ? ::new (block) Box(std::move(storage)) : nullptr;
}

// The block begins `lead_` bytes before the box; the member is read before the destructor ends it.
void Box::destroy() {
  const size_t lead = lead_;
  this->~Box();
  pool_free(reinterpret_cast<char*>(this) - lead, lead + sizeof(Box));
}

}  // namespace weft
