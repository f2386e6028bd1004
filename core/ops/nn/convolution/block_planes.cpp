// Both directions are one transpose of (pixels, B) matrices, done as a copy with strides.

#include "ops/nn/convolution/block_planes_impl.h"

#include "kernels/elementwise/copy.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/split_work.h"

namespace weft::ops {

void transpose_planes(const Planes& p, const void* from, void* to, bool into_blocks) {
  const int64_t pixels = p.rows * p.cols, planes = p.images * p.blocks;
  const int64_t size = kernels::element_size(p.dtype);
  const auto run = [&](int64_t first, int64_t count) {
    const int64_t plain = first * size, blocked = first * p.block * size;
    TensorView target{static_cast<char*>(to) + (into_blocks ? blocked : plain),
                      {planes, into_blocks ? count : p.block, into_blocks ? p.block : count},
                      {pixels * p.block, into_blocks ? p.block : pixels, 1},
                      3,
                      p.dtype};
    TensorView source = target;
    source.data =
        const_cast<char*>(static_cast<const char*>(from) + (into_blocks ? plain : blocked));
    source.strides[1] = 1;
    source.strides[2] = into_blocks ? pixels : p.block;
    copy_elements(target, source);
  };
  // copy_elements shares several images among threads by itself; rows of a single image are shared
  // here.
  if (p.images > 1) {
    run(0, pixels);
    return;
  }
  const int64_t units = p.rows > 1 ? p.rows : p.cols, each = pixels / units;
  split_work(units, planes * p.block * pixels, nullptr, 0, [&](kernels::Range range, void*) {
    run(range.begin * each, (range.end - range.begin) * each);
  });
}

}  // namespace weft::ops
