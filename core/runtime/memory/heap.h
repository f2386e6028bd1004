// The C library's heap, which holds what is no tensor: graphs, plans, lists.
#pragma once

namespace weft {

// Memory that was freed and kept goes back to the system: after much was made and thrown away.
void trim_heap();

}  // namespace weft
