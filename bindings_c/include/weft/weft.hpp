// Weft for C++17: a thin layer over weft.h, in headers alone. Handles are objects that release
// themselves, failures are exceptions (weft::Error), attributes are given by name.
//
//   const weft::Tensor x = weft::Tensor::from({2, 2}, {1.0f, 2.0f, 3.0f, 4.0f});
//   x.attach_grad();
//   weft::Tensor loss;
//   {
//     const auto scope = weft::record();
//     loss = weft::call("sum", {x * x});
//   }
//   weft::backward({loss});
//   std::vector<float> slope = x.grad().to_vector<float>();
//
// What weft.h says about ownership, threads and versions holds here. Functions without handles and
// those that few programs need (hooks, figures, allocators) are used as they are in weft.h. Objects
// are counted references: a copy shares the content. A call allocates only what it needs and keeps
// nothing, so a program that calls an operator often keeps a weft::Op.
#ifndef WEFT_WEFT_HPP_
#define WEFT_WEFT_HPP_

#include "weft_autograd.hpp"   // modes, gradients, traced functions, functions of the host
#include "weft_base.hpp"       // Error, Dtype, Span, owners of handles
#include "weft_control.hpp"    // foreach, while_loop, cond
#include "weft_model.hpp"      // Writer, Model, Context
#include "weft_operators.hpp"  // Op, call, a + b
#include "weft_register.hpp"   // operators of your own
#include "weft_tensor.hpp"     // Device, Tensor, files of arrays

#endif  // WEFT_WEFT_HPP_
