// The C library's heap. It holds what is no tensor: graphs, plans, lists.
#pragma once

namespace weft {

// Gives freed memory that the heap kept back to the system; useful after much was made and thrown
// away.
void trim_heap();

}  // namespace weft
