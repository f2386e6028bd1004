// Reads the attribute `slices`.

#include "ops/nn/convolution/slices_impl.h"

#include "base/errors.h"

namespace weft::ops {

Result<SliceWindow> read_slices(const AttributeReader& a, int64_t slices) {
  if (!a.has("slices")) return SliceWindow();
  const auto given = a.ints("slices");
  const std::string_view op = a.op().name;
  if (given.size() != 3)
    return errors::invalid_value(
        op, "`slices` must have three numbers (slices of a volume, kernel, step); got ",
        given.size());
  const SliceWindow window{given[0], given[1], given[2]};
  if (window.of_volume < 1 || slices % window.of_volume != 0 || window.kernel < 1 ||
      window.kernel > window.of_volume || window.step < 1)
    return errors::invalid_value(
        op, "`slices` must have a number that divides the ", slices,
        " slices of `data`, a kernel of at most that number, and a step, all at least 1; got ",
        Shape(given));
  if (a.integer("num_group") != 1)
    return errors::invalid_value(op, "`slices` needs `num_group` 1; got ", a.integer("num_group"));
  return window;
}

}  // namespace weft::ops
