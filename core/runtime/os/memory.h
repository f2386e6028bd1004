// Memory of the operating system: pages, and blocks at addresses that are multiples of a power of
// two.
#pragma once

#include <stddef.h>

namespace weft::os {

size_t page_bytes();

// A block that `free_aligned` frees; null where there is none. `alignment` is a power of two, and a
// multiple of a pointer's size.
void* allocate_aligned(size_t alignment, size_t bytes);
void free_aligned(void* block);

// Whole pages of a private mapping that nobody wrote: they may leave memory, the file gives them
// again. `for_good`: a read of a neighbouring page shall not bring them back.
void forget_pages(void* begin, size_t bytes, bool for_good);

}  // namespace weft::os
