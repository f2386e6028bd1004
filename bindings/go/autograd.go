package weft

/*
#include <weft/weft.h>
*/
import "C"

import (
	"math/rand"
	"runtime"
)

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
	defer runtime.KeepAlive(heads)
	return Try(func() {
		held := Must(handles("Backward", heads))
		Check(locked(func() C.weft_status { return C.weft_backward(first(held), nil, C.size_t(len(held)), 0) }))
	})
}

// Grad gives the gradients of the head with respect to variables, as new arrays. With createGraph they
// are recorded, so that they have gradients in their turn.
func Grad(head *Tensor, variables []*Tensor, createGraph bool) ([]*Tensor, error) {
	again := C.int32_t(0)
	if createGraph {
		again = 1
	}
	defer runtime.KeepAlive(head)
	defer runtime.KeepAlive(variables)
	return tried(func() []*Tensor {
		heads, wanted := Must(handles("Grad", []*Tensor{head})), Must(handles("Grad", variables))
		return Must(givenTensors(len(wanted), func(outs *C.weft_tensor) error {
			return locked(func() C.weft_status {
				return C.weft_grad(&heads[0], nil, 1, first(wanted), C.size_t(len(wanted)), again, again, outs)
			})
		}))
	})
}

// Function is a traced graph. Several goroutines may call it at once.
type Function struct{ handle C.weft_function }

func ownedFunction(handle C.weft_function) *Function {
	out := &Function{handle}
	runtime.SetFinalizer(out, func(f *Function) { C.weft_function_release(f.handle) })
	return out
}

// Trace runs the body once on placeholders for the inputs, and gives the graph of what it did. Arrays
// that the body reads from outside (weights) are captured: the graph sees later writes to them.
func Trace(body func(inputs []*Tensor) ([]*Tensor, error), inputs ...*Tensor) (*Function, error) {
	return TraceDynamic(body, nil, inputs...)
}

// Dim is a dimension of a traced function: an extent of its inputs that may be another one at each call.
type Dim struct {
	Name     string
	Min, Max int64    // the body may rely on them; a Max of 0: without an end
	At       [][2]int // inputs and their axes, from 0 on; the extent is the same at all of them
}

// example is the extent in an example: another one in each, and for each dimension.
func (d Dim) example(round, number int) C.int64_t {
	low, count := d.Min, d.Max-d.Min+1
	if low < 2 {
		low, count = 2, d.Max-1
	}
	if count < C.WEFT_TRACE_EXAMPLES {
		Check(failure(InvalidValue, "TraceDynamic: `%s` must have at least %d extents above 1; got %d to %d", d.Name, C.WEFT_TRACE_EXAMPLES, d.Min, d.Max))
	}
	if count > 1000 {
		count = 1000
	}
	return C.int64_t(low + int64(rand.New(rand.NewSource(int64(number))).Perm(int(count))[round]))
}

// add tells the running trace, which refuses places that are not there.
func (d Dim) add() {
	name := newTexts(d.Name)
	defer name.free()
	inputs, axes := []C.size_t{}, []C.int32_t{}
	for _, at := range d.At {
		inputs, axes = append(inputs, C.size_t(at[0])), append(axes, C.int32_t(at[1]))
	}
	Check(locked(func() C.weft_status {
		return C.weft_trace_add_dimension(*name.first(), C.int64_t(d.Min), C.int64_t(d.Max), first(inputs), first(axes), C.size_t(len(axes)))
	}, name))
}

// TraceDynamic is Trace where some extents of the inputs are open: each call may have others. The body runs
// once for each of six examples of them, and must not decide by them.
func TraceDynamic(body func(inputs []*Tensor) ([]*Tensor, error), dynamic []Dim, inputs ...*Tensor) (out *Function, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	dims := append([]Dim{}, dynamic...)
	for i := range dims {
		if dims[i].Max == 0 {
			dims[i].Max = 1 << 40
		}
	}
	examples, held := []*Function{}, []C.weft_function{}
	err = Try(func() {
		Must(handles("Trace", inputs))
		for len(held) == 0 || C.weft_function_is_example(held[0]) != 0 && len(held) < C.WEFT_TRACE_EXAMPLES {
			one := traceExample(body, dims, inputs, held)
			examples, held = append(examples, one), append(held, one.handle)
		}
		out = examples[0]
		if len(held) > 1 {
			var joined C.weft_function
			Check(locked(func() C.weft_status { return C.weft_function_join(&held[0], C.size_t(len(held)), &joined) }))
			out = ownedFunction(joined)
		}
	})
	runtime.KeepAlive(examples)
	return out, err
}

// traceExample is one trace, in the body of Try.
func traceExample(body func(inputs []*Tensor) ([]*Tensor, error), dims []Dim, inputs []*Tensor, earlier []C.weft_function) *Function {
	types, count := make([]C.weft_type, len(inputs)), C.size_t(len(earlier))
	for i, x := range inputs {
		types[i].dtype, types[i].rank = C.weft_dtype(x.Dtype()), C.int32_t(len(x.Shape()))
		for axis, extent := range x.Shape() {
			types[i].shape[axis] = C.int64_t(extent)
		}
	}
	for number, dim := range dims {
		for _, at := range dim.At {
			if at[0] >= 0 && at[0] < len(types) && at[1] >= 0 && at[1] < int(types[at[0]].rank) {
				types[at[0]].shape[at[1]] = dim.example(len(earlier), number)
			}
		}
	}
	placeholders := Must(givenTensors(len(types), func(outs *C.weft_tensor) error {
		return locked(func() C.weft_status { return C.weft_trace_begin_types(first(types), C.size_t(len(types)), outs) })
	}))
	ended := false
	defer func() {
		if !ended {
			C.weft_trace_abort()
		}
	}()
	Check(locked(func() C.weft_status { return C.weft_trace_set_example(count, first(earlier), count) }))
	for _, dim := range dims {
		dim.add()
	}
	outputs := Must(body(placeholders))
	held := Must(handles("Trace", outputs))
	var out C.weft_function
	Check(locked(func() C.weft_status { return C.weft_trace_end(first(held), C.size_t(len(held)), &out) }))
	ended = true
	runtime.KeepAlive(outputs)
	return ownedFunction(out)
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
		return keeping(f, func() C.weft_status {
			return C.weft_function_call(f.handle, first(held), C.size_t(len(held)), outs, count)
		})
	})
}
