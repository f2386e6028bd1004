// Which products can have a packed right side, and which gain by it.
#pragma once

#include "kernels/panels.h"

namespace weft::ops {

using kernels::has_panels;
using kernels::panels_pay;

}  // namespace weft::ops
