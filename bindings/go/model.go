package weft

/*
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>
*/
import "C"

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"unsafe"
)

// Model is a loaded .weft file. Several goroutines may use it.
type Model struct{ handle C.weft_model }

// LoadModel maps a file.
func LoadModel(path string) (*Model, error) {
	file := newTexts([]string{path})
	defer file.free()
	out := &Model{}
	if err := locked(func() C.weft_status { return C.weft_model_load(*file.first(), &out.handle) }); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(out, func(m *Model) { C.weft_model_release(m.handle) })
	return out, nil
}

// Entries is the names of the entry points.
func (m *Model) Entries() []string {
	defer runtime.KeepAlive(m)
	out := make([]string, C.weft_model_entry_count(m.handle))
	for i := range out {
		out[i] = C.GoString(C.weft_model_entry_name_at(m.handle, C.size_t(i)))
	}
	return out
}

// Weights is the arrays of the file by their names.
func (m *Model) Weights() (map[string]*Tensor, error) {
	defer runtime.KeepAlive(m)
	return named(C.weft_model_tensor_count(m.handle),
		func(i C.size_t) *C.char { return C.weft_model_tensor_name_at(m.handle, i) },
		func(i C.size_t, one *C.weft_tensor) C.weft_status { return C.weft_model_tensor(m.handle, i, one) })
}

// do runs a call and keeps the model alive meanwhile.
func (m *Model) do(call func() C.weft_status) error {
	defer runtime.KeepAlive(m)
	return locked(call)
}

// Port is what an input, an output or a state is. An extent is -1 where a dimension is open.
type Port struct {
	Name  string
	Dtype Dtype
	Shape []int64
	Bytes int
}

// Context runs one entry point of a model. One goroutine at a time uses it; several contexts run at the
// same time.
type Context struct {
	handle  C.weft_context
	model   *Model
	inputs  []unsafe.Pointer // memory of C that every run reads
	outputs []unsafe.Pointer // memory of C that every run writes
}

// Context makes memory and bindings to run an entry point; "" is "forward".
func (m *Model) Context(entry string) (*Context, error) {
	if entry == "" {
		entry = "forward"
	}
	name := newTexts([]string{entry})
	defer name.free()
	out := &Context{model: m}
	err := locked(func() C.weft_status {
		return C.weft_context_create(m.handle, *name.first(), nil, 0, &out.handle)
	})
	runtime.KeepAlive(m)
	if err != nil {
		return nil, err
	}
	out.inputs = make([]unsafe.Pointer, C.weft_context_inputs(out.handle))
	out.outputs = make([]unsafe.Pointer, C.weft_context_outputs(out.handle))
	runtime.SetFinalizer(out, (*Context).Release)
	return out, nil
}

// Release frees the context now, and the memory that Input and BindOutput gave. Using it later is an
// error.
func (c *Context) Release() {
	C.weft_context_release(c.handle)
	for _, memory := range append(c.inputs, c.outputs...) {
		C.free(memory)
	}
	c.handle, c.inputs, c.outputs = nil, nil, nil
	runtime.SetFinalizer(c, nil)
}

func (c *Context) do(call func() C.weft_status) error {
	defer runtime.KeepAlive(c)
	if c.handle == nil {
		return failure(InvalidState, "the context was released")
	}
	return locked(call)
}

type portKind int

const (
	input portKind = iota
	output
	state
)

func (c *Context) port(kind portKind, index int) (Port, error) {
	port := C.weft_port{struct_size: C.sizeof_weft_port}
	err := c.do(func() C.weft_status {
		switch kind {
		case input:
			return C.weft_context_get_input(c.handle, C.size_t(index), &port)
		case output:
			return C.weft_context_get_output(c.handle, C.size_t(index), &port)
		}
		return C.weft_context_get_state(c.handle, C.size_t(index), &port)
	})
	if err != nil {
		return Port{}, err
	}
	shape := []int64{}
	if port.rank > 0 {
		shape = append(shape, unsafe.Slice((*int64)(port.shape), int(port.rank))...)
	}
	return Port{C.GoString(port.name), Dtype(port.dtype), shape, int(port.bytes)}, nil
}

func (c *Context) ports(kind portKind, count C.size_t) ([]Port, error) {
	out := make([]Port, count)
	for i := range out {
		var err error
		if out[i], err = c.port(kind, i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Inputs describes the inputs.
func (c *Context) Inputs() ([]Port, error) { return c.ports(input, C.weft_context_inputs(c.handle)) }

// Outputs describes the outputs.
func (c *Context) Outputs() ([]Port, error) { return c.ports(output, C.weft_context_outputs(c.handle)) }

// States describes the states, which runs change.
func (c *Context) States() ([]Port, error) { return c.ports(state, C.weft_context_states(c.handle)) }

// InputNamed is the number of an input.
func (c *Context) InputNamed(name string) (int, error) {
	ports, err := c.Inputs()
	if err != nil {
		return 0, err
	}
	known := []string{}
	for i, port := range ports {
		if port.Name == name {
			return i, nil
		}
		known = append(known, port.Name)
	}
	return 0, failure(NotFound, "context: there is no input `%s`; there are: %s", name, strings.Join(known, ", "))
}

// SetInputShape sets the shape of an input with open dimensions; the input is unbound.
func (c *Context) SetInputShape(index int, shape ...int64) error {
	err := c.do(func() C.weft_status {
		return C.weft_context_set_input_shape(c.handle, C.size_t(index), (*C.int64_t)(first(shape)), C.int32_t(len(shape)))
	})
	if err == nil {
		C.free(c.inputs[index])
		c.inputs[index] = nil
	}
	return err
}

// bind gives an input new memory of the library's size, or of `bytes`, which must be that size.
func (c *Context) bind(index, bytes int) (unsafe.Pointer, error) {
	memory := C.malloc(C.size_t(bytes + 1))
	err := c.do(func() C.weft_status {
		return C.weft_context_bind_input(c.handle, C.size_t(index), memory, C.size_t(bytes))
	})
	if err != nil {
		C.free(memory)
		return nil, err
	}
	C.free(c.inputs[index])
	c.inputs[index] = memory
	return memory, nil
}

// take gives an input the shape of what is given; the library refuses one that is not the input's.
func (c *Context) take(index int, port Port, shape []int64) error {
	if bytes.Equal(bytesOf(shape), bytesOf(port.Shape)) {
		return nil
	}
	return c.SetInputShape(index, shape...)
}

// flat is the input's shape for elements that have none themselves: they set the first dimension if it alone
// is open.
func (c *Context) flat(index int, port Port, count int) []int64 {
	if len(port.Shape) == 0 || count > 0 && port.Bytes == count*port.Dtype.Size() {
		return port.Shape
	}
	row := int64(1)
	for axis, extent := range port.Shape {
		open := extent < 0 || C.weft_context_dimension_at(c.handle, C.size_t(index), C.int32_t(axis)) != nil
		if open != (axis == 0) {
			return port.Shape
		}
		if axis > 0 {
			row *= extent
		}
	}
	if row == 0 || int64(count)%row != 0 {
		return port.Shape
	}
	return append([]int64{int64(count) / row}, port.Shape[1:]...)
}

// typed is a port whose elements are T.
func typed[T Element](c *Context, kind portKind, index int, function string) (Port, error) {
	port, err := c.port(kind, index)
	if err == nil && port.Dtype != dtypeOf[T]() {
		err = failure(InvalidType, "%s: `%s` is %v; got elements of %v", function, port.Name, port.Dtype, dtypeOf[T]())
	}
	return port, err
}

// elements is the memory of a port.
func elements[T Element](memory unsafe.Pointer, port Port) []T {
	return unsafe.Slice((*T)(memory), port.Bytes/port.Dtype.Size())
}

// Input is the memory that every run reads: write to it, no copy is made. It is valid until the context
// is released or the input's shape is set.
func Input[T Element](c *Context, index int) ([]T, error) {
	port, err := typed[T](c, input, index, "Input")
	if err != nil {
		return nil, err
	}
	memory := c.inputs[index]
	if memory == nil {
		if memory, err = c.bind(index, port.Bytes); err != nil {
			return nil, err
		}
	}
	return elements[T](memory, port), nil
}

// SetInput copies values to an input, for all runs until it is set again. If only the first dimension of the
// input is open, their number sets it.
func SetInput[T Element](c *Context, index int, values []T) error {
	port, err := typed[T](c, input, index, "SetInput")
	if err == nil {
		err = c.take(index, port, c.flat(index, port, len(values)))
	}
	if err != nil {
		return err
	}
	return c.setBytes(index, bytesOf(values))
}

func (c *Context) setBytes(index int, content []byte) error {
	memory, err := c.bind(index, len(content))
	if err == nil && len(content) > 0 {
		C.memcpy(memory, unsafe.Pointer(&content[0]), C.size_t(len(content)))
	}
	return err
}

// SetInputTensor copies an array of the input's dtype and shape; its extents set open dimensions.
func (c *Context) SetInputTensor(index int, x *Tensor) error {
	port, err := c.port(input, index)
	if err != nil {
		return err
	}
	if port.Dtype != x.Dtype() {
		return failure(InvalidType, "SetInputTensor: `%s` is %v; got %v", port.Name, port.Dtype, x.Dtype())
	}
	if err := c.take(index, port, x.Shape()); err != nil {
		return err
	}
	content, err := x.Bytes()
	if err != nil {
		return err
	}
	return c.setBytes(index, content)
}

// Output is a copy of an output after a run.
func Output[T Element](c *Context, index int) ([]T, error) {
	port, err := typed[T](c, output, index, "Output")
	if err != nil {
		return nil, err
	}
	out := make([]T, port.Bytes/port.Dtype.Size())
	return out, c.copyOutput(index, bytesOf(out))
}

func (c *Context) copyOutput(index int, out []byte) error {
	var data unsafe.Pointer
	err := c.do(func() C.weft_status { return C.weft_context_output_data(c.handle, C.size_t(index), &data) })
	if err == nil && len(out) > 0 {
		C.memcpy(unsafe.Pointer(&out[0]), data, C.size_t(len(out)))
	}
	runtime.KeepAlive(c)
	return err
}

// BindOutput is memory of an output of fixed shape that every later run writes; no copy is made. It is
// valid until the context is released.
func BindOutput[T Element](c *Context, index int) ([]T, error) {
	port, err := typed[T](c, output, index, "BindOutput")
	if err != nil {
		return nil, err
	}
	if c.outputs[index] == nil {
		memory := C.malloc(C.size_t(port.Bytes + 1))
		err = c.do(func() C.weft_status {
			return C.weft_context_bind_output(c.handle, C.size_t(index), memory, C.size_t(port.Bytes))
		})
		if err != nil {
			C.free(memory)
			return nil, err
		}
		c.outputs[index] = memory
	}
	return elements[T](c.outputs[index], port), nil
}

// OutputTensor is a copy of an output after a run as an array.
func (c *Context) OutputTensor(index int) (*Tensor, error) {
	port, err := c.port(output, index)
	if err != nil {
		return nil, err
	}
	content := make([]byte, port.Bytes)
	if err := c.copyOutput(index, content); err != nil {
		return nil, err
	}
	return FromBytes(port.Dtype, port.Shape, content)
}

// StateTensor is a copy of a state.
func (c *Context) StateTensor(index int) (*Tensor, error) {
	port, err := c.port(state, index)
	if err != nil {
		return nil, err
	}
	content := make([]byte, port.Bytes)
	err = c.do(func() C.weft_status {
		return C.weft_context_read_state(c.handle, C.size_t(index), unsafe.Pointer(first(content)), C.size_t(port.Bytes))
	})
	if err != nil {
		return nil, err
	}
	return FromBytes(port.Dtype, port.Shape, content)
}

// SetStateTensor writes a state.
func (c *Context) SetStateTensor(index int, x *Tensor) error {
	content, err := x.Bytes()
	if err != nil {
		return err
	}
	return c.do(func() C.weft_status {
		return C.weft_context_write_state(c.handle, C.size_t(index), unsafe.Pointer(first(content)), C.size_t(len(content)))
	})
}

// Writer is a .weft file that is being put together.
type Writer struct {
	handle  C.weft_writer
	unnamed []*Tensor
}

// NewWriter makes an empty file.
func NewWriter() (*Writer, error) {
	out := &Writer{}
	if err := locked(func() C.weft_status { return C.weft_writer_create(&out.handle) }); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(out, func(w *Writer) { C.weft_writer_release(w.handle) })
	return out, nil
}

func (w *Writer) nameOf(capture *Tensor, weights []Weight) string {
	for _, weight := range weights {
		if weight.Array.IsSame(capture) {
			return weight.Name
		}
	}
	for i, known := range w.unnamed {
		if known.IsSame(capture) {
			return fmt.Sprint("constant", i)
		}
	}
	w.unnamed = append(w.unnamed, capture)
	return fmt.Sprint("constant", len(w.unnamed)-1)
}

// Add adds an entry point, with names for inputs and outputs. Captures that `weights` does not name are
// called constant0 and so on.
func (w *Writer) Add(entry string, f *Function, inputs, outputs []string, weights []Weight) error {
	if len(inputs) != int(C.weft_function_inputs(f.handle)) || len(outputs) != int(C.weft_function_outputs(f.handle)) {
		return failure(InvalidValue, "Writer.Add: the function has %d inputs and %d outputs; got %d and %d names",
			C.weft_function_inputs(f.handle), C.weft_function_outputs(f.handle), len(inputs), len(outputs))
	}
	captures := []string{}
	for _, capture := range f.Captures() {
		captures = append(captures, w.nameOf(capture, weights))
	}
	names := [4]*texts{newTexts([]string{entry}), newTexts(inputs), newTexts(outputs), newTexts(captures)}
	for _, each := range names {
		defer each.free()
	}
	defer runtime.KeepAlive(f)
	defer runtime.KeepAlive(w)
	return locked(func() C.weft_status {
		return C.weft_writer_add_entry(w.handle, *names[0].first(), f.handle, names[1].first(), names[2].first(), names[3].first())
	})
}

// do runs a call and keeps the writer alive meanwhile.
func (w *Writer) do(call func() C.weft_status) error {
	defer runtime.KeepAlive(w)
	return locked(call)
}
