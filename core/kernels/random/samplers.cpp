// The loop over elements that all samplers share.
#include "kernels/random/samplers.h"

#include "kernels/float_type.h"

namespace weft::kernels {

void run_sampler(Sampler sampler, const RandomStream& stream, DType dtype,
                 std::span<const void* const> parameters, void* out, Range elements) {
  with_float_type(dtype, [&]<class T>(T*) {
    for (int64_t i = elements.begin; i < elements.end; ++i) {
      double own[kMostParameters] = {};
      for (size_t p = 0; p < parameters.size(); ++p)
        own[p] = double(static_cast<const T*>(parameters[p])[i]);
      Uniforms uniforms(stream, i);
      static_cast<T*>(out)[i] = T(sampler(uniforms, own));
    }
  });
}

}  // namespace weft::kernels
