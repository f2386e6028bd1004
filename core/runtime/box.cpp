#include "runtime/box.h"

#include <new>

#include "runtime/pool.h"

namespace weft {

Box* Box::create(Ref<Storage> storage) {
  void* block = pool_allocate(sizeof(Box));
  return block ? ::new (block) Box(std::move(storage)) : nullptr;
}

void Box::destroy() {
  this->~Box();
  pool_free(this, sizeof(Box));
}

}  // namespace weft
