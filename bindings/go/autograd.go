package weft

/*
#include <weft/weft.h>
*/
import "C"

import "runtime"

const recording = C.WEFT_MODE_RECORDING | C.WEFT_MODE_TRAINING

// within runs the body with other modes. They belong to a thread, on which the goroutine stays.
func within(set, clear C.uint32_t, body func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := C.weft_set_modes(set, clear)
	changed := set | clear
	defer C.weft_set_modes(before&changed, changed&^before)
	body()
}

// Record runs the body while operators are recorded, in training mode.
func Record(body func()) { within(recording, 0, body) }

// Pause runs the body while nothing is recorded: for updates of weights.
func Pause(body func()) { within(0, recording, body) }

// Backward computes the gradients of the heads into the leaves.
func Backward(heads ...*Tensor) error {
	held, err := handles("Backward", heads)
	if err != nil {
		return err
	}
	defer runtime.KeepAlive(heads)
	return locked(func() C.weft_status { return C.weft_backward(first(held), nil, C.size_t(len(held)), 0) })
}

// Grad gives the gradients of the head with respect to variables, as new arrays. With createGraph they
// are recorded, so that they have gradients in their turn.
func Grad(head *Tensor, variables []*Tensor, createGraph bool) ([]*Tensor, error) {
	heads, err := handles("Grad", []*Tensor{head})
	if err != nil {
		return nil, err
	}
	wanted, err := handles("Grad", variables)
	if err != nil {
		return nil, err
	}
	again := C.int32_t(0)
	if createGraph {
		again = 1
	}
	defer runtime.KeepAlive(head)
	defer runtime.KeepAlive(variables)
	return givenTensors(len(wanted), func(outs *C.weft_tensor) error {
		return locked(func() C.weft_status {
			return C.weft_grad(&heads[0], nil, 1, first(wanted), C.size_t(len(wanted)), again, again, outs)
		})
	})
}

// Function is a traced graph. Several goroutines may call it at once.
type Function struct{ handle C.weft_function }

func ownedFunction(handle C.weft_function) *Function {
	out := &Function{handle}
	runtime.SetFinalizer(out, func(f *Function) { C.weft_function_release(f.handle) })
	return out
}

// do runs a call and keeps the function alive meanwhile.
func (f *Function) do(call func() C.weft_status) error {
	defer runtime.KeepAlive(f)
	return locked(call)
}

// Trace runs the body once on placeholders for the inputs, and gives the graph of what it did. Arrays
// that the body reads from outside (weights) are captured: the graph sees later writes to them.
func Trace(body func(inputs []*Tensor) ([]*Tensor, error), inputs ...*Tensor) (*Function, error) {
	held, err := handles("Trace", inputs)
	if err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	placeholders, err := givenTensors(len(held), func(outs *C.weft_tensor) error {
		return locked(func() C.weft_status { return C.weft_trace_begin(first(held), C.size_t(len(held)), outs) })
	})
	runtime.KeepAlive(inputs)
	if err != nil {
		return nil, err
	}
	ended := false
	defer func() {
		if !ended {
			C.weft_trace_abort()
		}
	}()
	outputs, err := body(placeholders)
	if err != nil {
		return nil, err
	}
	if held, err = handles("Trace", outputs); err != nil {
		return nil, err
	}
	var out C.weft_function
	err = locked(func() C.weft_status { return C.weft_trace_end(first(held), C.size_t(len(held)), &out) })
	runtime.KeepAlive(outputs)
	if err != nil {
		return nil, err
	}
	ended = true
	return ownedFunction(out), nil
}

// Call runs the graph through the plan for these shapes.
func (f *Function) Call(inputs ...*Tensor) ([]*Tensor, error) {
	held, err := handles("Call", inputs)
	if err != nil {
		return nil, err
	}
	defer runtime.KeepAlive(inputs)
	count := C.weft_function_outputs(f.handle)
	return givenTensors(int(count), func(outs *C.weft_tensor) error {
		return f.do(func() C.weft_status {
			return C.weft_function_call(f.handle, first(held), C.size_t(len(held)), outs, count)
		})
	})
}

// Captures is the arrays that the body read from outside: weights, states and constants.
func (f *Function) Captures() []*Tensor {
	defer runtime.KeepAlive(f)
	out := make([]*Tensor, C.weft_function_captures(f.handle))
	for i := range out {
		out[i] = owned(C.weft_tensor_retain(C.weft_function_capture_at(f.handle, C.size_t(i))))
	}
	return out
}
