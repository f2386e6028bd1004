#include "runtime/readable.h"

#include "base/errors.h"
#include "runtime/engine.h"

namespace weft {

Status traced_value_error(std::string_view reader) {
  return errors::invalid_state(
      reader,
      "the array is traced: it has a shape and a dtype but no value while a hybridized function is "
      "recorded; choose between values with np.where, or keep this part out of hybridize() "
      "(npx.cond, npx.foreach and npx.while_loop are planned)");
}

Status make_readable(const Tensor& tensor, std::string_view reader) {
  if (tensor.box().traced()) return traced_value_error(reader);
  return wait_to_read(*tensor.box().storage());
}

}  // namespace weft
