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
type Model struct {
	handle C.weft_model
	file   unsafe.Pointer // a copy of the file in memory of C, which the library reads; nil where it is mapped
}

// loaded is the model that a call gives; it owns the copy of the file.
func loaded(file unsafe.Pointer, load func(out *C.weft_model) C.weft_status, given ...*texts) (*Model, error) {
	out := &Model{file: file}
	if err := locked(func() C.weft_status { return load(&out.handle) }, given...); err != nil {
		C.free(file)
		return nil, err
	}
	// Contexts have the model, so their finalizers run before this one.
	runtime.SetFinalizer(out, func(m *Model) {
		C.weft_model_release(m.handle)
		C.free(m.file)
	})
	return out, nil
}

// LoadModel maps a file.
func LoadModel(path string) (*Model, error) {
	file := newTexts(path)
	defer file.free()
	return loaded(nil, func(out *C.weft_model) C.weft_status { return C.weft_model_load(*file.first(), out) }, file)
}

// LoadModelBytes reads a file that is in memory, such as one that the program embeds. Its bytes are copied.
func LoadModelBytes(content []byte) (*Model, error) {
	file := C.CBytes(content)
	return loaded(file, func(out *C.weft_model) C.weft_status {
		return C.weft_model_load_memory(file, C.size_t(len(content)), out)
	})
}

// Weights is the arrays of the file by their names; copies, where the file is in memory.
func (m *Model) Weights() (map[string]*Tensor, error) {
	defer runtime.KeepAlive(m)
	return tried(func() map[string]*Tensor {
		all := Must(named(C.weft_model_tensor_count(m.handle),
			func(i C.size_t) *C.char { return C.weft_model_tensor_name_at(m.handle, i) },
			func(i C.size_t, one *C.weft_tensor) C.weft_status { return C.weft_model_tensor(m.handle, i, one) }))
		for name, lent := range all {
			if m.file != nil {
				all[name] = Must(FromBytes(lent.Dtype(), lent.Shape(), Must(lent.Bytes())))
				lent.Release()
			}
		}
		return all
	})
}

// Run runs the entry point "forward" once, in a context of its own: from arrays by the names of the inputs
// to arrays by the names of the outputs.
func (m *Model) Run(inputs map[string]*Tensor) (map[string]*Tensor, error) {
	return tried(func() map[string]*Tensor {
		once := Must(m.Context(""))
		defer once.Release()
		return Must(once.RunNamed(inputs))
	})
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
	name := newTexts(entry)
	defer name.free()
	out := &Context{model: m}
	err := locked(func() C.weft_status {
		return C.weft_context_create(m.handle, *name.first(), nil, 0, &out.handle)
	}, name)
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

func (c *Context) do(call func() C.weft_status, given ...*texts) error {
	defer runtime.KeepAlive(c)
	if c.handle == nil {
		return failure(InvalidState, "the context was released")
	}
	return locked(call, given...)
}

func (c *Context) port(kind portKind, index int) (Port, error) {
	port := C.weft_port{struct_size: C.sizeof_weft_port}
	if err := c.do(func() C.weft_status { return kind.describe(c.handle, C.size_t(index), &port) }); err != nil {
		return Port{}, err
	}
	shape := []int64{}
	if port.rank > 0 {
		shape = append(shape, unsafe.Slice((*int64)(port.shape), int(port.rank))...)
	}
	return Port{C.GoString(port.name), Dtype(port.dtype), shape, int(port.bytes)}, nil
}

func (c *Context) ports(kind portKind, count C.size_t) ([]Port, error) {
	return tried(func() []Port {
		Check(c.do(func() C.weft_status { return C.WEFT_OK }))
		out := make([]Port, count)
		for i := range out {
			out[i] = Must(c.port(kind, i))
		}
		return out
	})
}

// InputNamed is the number of an input.
func (c *Context) InputNamed(name string) (int, error) {
	return tried(func() int {
		known := []string{}
		for i, port := range Must(c.Inputs()) {
			if port.Name == name {
				return i
			}
			known = append(known, port.Name)
		}
		panic(failed{failure(NotFound, "context: there is no input `%s`; there are: %s", name, strings.Join(known, ", "))})
	})
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
// is released, or collected (runtime.KeepAlive keeps it), or the input's shape is set.
func Input[T Element](c *Context, index int) ([]T, error) {
	return tried(func() []T {
		port := Must(typed[T](c, input, index, "Input"))
		if c.inputs[index] == nil {
			Must(c.bind(index, port.Bytes))
		}
		return elements[T](c.inputs[index], port)
	})
}

// SetInput copies values to an input, for all runs until it is set again. If only the first dimension of the
// input is open, their number sets it.
func SetInput[T Element](c *Context, index int, values []T) error {
	return Try(func() {
		port := Must(typed[T](c, input, index, "SetInput"))
		Check(c.take(index, port, c.flat(index, port, len(values))))
		Check(c.setBytes(index, bytesOf(values)))
	})
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
	return Try(func() {
		port, content := Must(c.port(input, index)), Must(x.Bytes())
		if port.Dtype != x.Dtype() {
			Check(failure(InvalidType, "SetInputTensor: `%s` is %v; got %v", port.Name, port.Dtype, x.Dtype()))
		}
		Check(c.take(index, port, x.Shape()))
		Check(c.setBytes(index, content))
	})
}

// RunNamed sets all inputs by their names, runs, and gives copies of all outputs by theirs.
func (c *Context) RunNamed(inputs map[string]*Tensor) (map[string]*Tensor, error) {
	return tried(func() map[string]*Tensor {
		for name, x := range inputs {
			Check(c.SetInputTensor(Must(c.InputNamed(name)), x))
		}
		for _, port := range Must(c.Inputs()) {
			if inputs[port.Name] == nil {
				Check(failure(InvalidValue, "RunNamed: `inputs` must have all inputs; `%s` is missing", port.Name))
			}
		}
		Check(c.Run())
		all := map[string]*Tensor{}
		for i, port := range Must(c.Outputs()) {
			all[port.Name] = Must(c.OutputTensor(i))
		}
		return all
	})
}

// Output is a copy of an output after a run.
func Output[T Element](c *Context, index int) ([]T, error) {
	return tried(func() []T {
		port := Must(typed[T](c, output, index, "Output"))
		out := make([]T, port.Bytes/port.Dtype.Size())
		Check(c.copyOutput(index, bytesOf(out)))
		return out
	})
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
// valid as long as that of an input.
func BindOutput[T Element](c *Context, index int) ([]T, error) {
	port, err := typed[T](c, output, index, "BindOutput")
	if err == nil && c.outputs[index] == nil {
		memory := C.malloc(C.size_t(port.Bytes + 1))
		err = c.do(func() C.weft_status {
			return C.weft_context_bind_output(c.handle, C.size_t(index), memory, C.size_t(port.Bytes))
		})
		if err != nil {
			C.free(memory)
		} else {
			c.outputs[index] = memory
		}
	}
	if err != nil {
		return nil, err
	}
	return elements[T](c.outputs[index], port), nil
}

// OutputTensor is a copy of an output after a run as an array.
func (c *Context) OutputTensor(index int) (*Tensor, error) {
	return tried(func() *Tensor {
		port := Must(c.port(output, index))
		content := make([]byte, port.Bytes)
		Check(c.copyOutput(index, content))
		return Must(FromBytes(port.Dtype, port.Shape, content))
	})
}

// StateTensor is a copy of a state.
func (c *Context) StateTensor(index int) (*Tensor, error) {
	return tried(func() *Tensor {
		port := Must(c.port(state, index))
		content := make([]byte, port.Bytes)
		Check(c.do(func() C.weft_status {
			return C.weft_context_read_state(c.handle, C.size_t(index), unsafe.Pointer(first(content)), C.size_t(port.Bytes))
		}))
		return Must(FromBytes(port.Dtype, port.Shape, content))
	})
}

// SetStateTensor writes a state.
func (c *Context) SetStateTensor(index int, x *Tensor) error {
	return Try(func() {
		port, content := Must(c.port(state, index)), Must(x.Bytes())
		if port.Dtype != x.Dtype() || fmt.Sprint(port.Shape) != fmt.Sprint(x.Shape()) {
			Check(failure(InvalidType, "SetStateTensor: `%s` is %v of %v; got %v", port.Name, port.Dtype, port.Shape, x))
		}
		Check(c.do(func() C.weft_status {
			return C.weft_context_write_state(c.handle, C.size_t(index), unsafe.Pointer(first(content)), C.size_t(len(content)))
		}))
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
	names := [4]*texts{newTexts(entry), newTexts(inputs...), newTexts(outputs...), newTexts(captures...)}
	for _, each := range names {
		defer each.free()
	}
	defer runtime.KeepAlive(f)
	return keeping(w, func() C.weft_status {
		return C.weft_writer_add_entry(w.handle, *names[0].first(), f.handle, names[1].first(), names[2].first(), names[3].first())
	}, names[:]...)
}
