// Takes the place of operator new in the whole process: one allocation fails, on any thread.
#pragma once

#include <cstdint>

// The `number`-th from now on; 0: none.
void fail_at_allocation(uint32_t number);
