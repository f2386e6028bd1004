// A function of the host program that an operator calls: one in Python, or a callback in C. It
// belongs to this process, so graphs may hold it, but files cannot.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/ref.h"
#include "base/status.h"
#include "runtime/tensor.h"

namespace weft::ops {

class HostFunction final : public Object {
 public:
  // Fills `outputs` with new arrays. It is called on the thread that called the library, and may
  // use the library itself.
  using Call =
      std::function<Status(std::span<const Ref<Tensor>> inputs, std::span<Ref<Tensor>> outputs)>;

  HostFunction(std::string name, Call call) : name_(std::move(name)), call_(std::move(call)) {}
  const std::string& name() const { return name_; }
  Status call(std::span<const Ref<Tensor>> inputs, std::span<Ref<Tensor>> outputs) const {
    return call_(inputs, outputs);
  }

 private:
  ~HostFunction() override = default;
  const std::string name_;
  const Call call_;
};

}  // namespace weft::ops
