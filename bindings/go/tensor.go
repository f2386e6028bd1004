package weft

/*
#include <stdlib.h>
#include <weft/weft.h>

static void weft_go_release(uintptr_t tensor) { weft_tensor_release((weft_tensor)tensor); }
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

// Tensor is an array: a reference, which the collector gives back, or Release at once. While one
// goroutine writes an array or releases it, no other may use it.
type Tensor struct {
	handle C.weft_tensor
	cell   *cell
}

// cell has the finalizer of a Tensor. Setting one takes longer than an addition, so a cell whose array was
// released serves for another array. The pad keeps the allocator from putting two cells into one block.
type cell struct {
	handle C.weft_tensor
	_      uintptr
}

var cells = sync.Pool{New: func() any {
	out := &cell{}
	runtime.SetFinalizer(out, func(c *cell) {
		if c.handle != nil {
			C.weft_tensor_release(c.handle)
		}
	})
	return out
}}

func owned(handle C.weft_tensor) *Tensor {
	cell := cells.Get().(*cell)
	cell.handle = handle
	return &Tensor{handle, cell}
}

// ownedOr is the array that a call gave, unless it failed.
func ownedOr(handle C.weft_tensor, err error) (*Tensor, error) {
	if err != nil || handle == nil {
		return nil, err
	}
	return owned(handle), nil
}

// givenTensors makes room for arrays, which the call fills.
func givenTensors(count int, call func(outs *C.weft_tensor) error) ([]*Tensor, error) {
	outs := make([]C.weft_tensor, count)
	if err := call(first(outs)); err != nil {
		return nil, err
	}
	return ownedAll(outs), nil
}

// named reads arrays with their names from a file.
func named(count C.size_t, name func(C.size_t) *C.char, get func(C.size_t, *C.weft_tensor) C.weft_status) (map[string]*Tensor, error) {
	out := map[string]*Tensor{}
	for i := C.size_t(0); i < count; i++ {
		var one C.weft_tensor
		if err := locked(func() C.weft_status { return get(i, &one) }); err != nil {
			return nil, err
		}
		out[C.GoString(name(i))] = owned(one)
	}
	return out, nil
}

func ownedAll(handles []C.weft_tensor) []*Tensor {
	out := make([]*Tensor, len(handles))
	for i, handle := range handles {
		out[i] = owned(handle)
	}
	return out
}

// Release frees the array now and not when the collector finds it. Using it later is an error.
func (x *Tensor) Release() {
	if x.handle == nil {
		return
	}
	number, cell := x.number(), x.cell
	x.handle, x.cell, cell.handle = nil, nil, nil
	cells.Put(cell)
	C.weft_go_release(number)
}

// number is the handle for short calls, in which cgo need not look at a pointer.
func (x *Tensor) number() C.uintptr_t { return C.uintptr_t(uintptr(unsafe.Pointer(x.handle))) }

func bytesOf[T Element](elements []T) []byte {
	if len(elements) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&elements[0])), len(elements)*int(unsafe.Sizeof(elements[0])))
}

// New copies elements in row-major order; their type decides the dtype. No shape: one axis.
func New[T Element](elements []T, shape ...int64) (*Tensor, error) {
	if shape == nil {
		shape = []int64{int64(len(elements))}
	}
	return FromBytes(dtypeOf[T](), shape, bytesOf(elements))
}

// FromBytes makes an array from the bytes of its elements.
func FromBytes(dtype Dtype, shape []int64, content []byte) (*Tensor, error) {
	wanted := int64(dtype.Size())
	for _, extent := range shape {
		wanted *= extent
	}
	if wanted != int64(len(content)) {
		return nil, failure(InvalidValue, "FromBytes: %v of shape %v has %d bytes; got %d", dtype, shape, wanted, len(content))
	}
	return create(dtype, shape, unsafe.Pointer(first(content)))
}

// Zeros makes an array of zeros.
func Zeros(dtype Dtype, shape ...int64) (*Tensor, error) { return create(dtype, shape, nil) }

func create(dtype Dtype, shape []int64, data unsafe.Pointer) (*Tensor, error) {
	var out C.weft_tensor
	err := locked(func() C.weft_status {
		return C.weft_tensor_create(C.weft_dtype(dtype), C.int32_t(len(shape)), (*C.int64_t)(first(shape)), data, &out)
	})
	return ownedOr(out, err)
}

// Dtype is the type of the elements.
func (x *Tensor) Dtype() Dtype {
	defer runtime.KeepAlive(x)
	return Dtype(C.weft_tensor_dtype(x.handle))
}

// Shape is the extents.
func (x *Tensor) Shape() []int64 {
	defer runtime.KeepAlive(x)
	rank := int(C.weft_tensor_rank(x.handle))
	if rank <= 0 {
		return []int64{}
	}
	lent := unsafe.Slice((*int64)(C.weft_tensor_shape(x.handle)), rank)
	return append([]int64{}, lent...)
}

// Len is the number of elements.
func (x *Tensor) Len() int {
	defer runtime.KeepAlive(x)
	return int(C.weft_tensor_elements(x.handle))
}

// Bytes is the bytes of the elements in row-major order.
func (x *Tensor) Bytes() ([]byte, error) {
	out := make([]byte, x.Len()*x.Dtype().Size())
	return out, x.read(out)
}

func (x *Tensor) read(out []byte) error {
	return x.do(func() C.weft_status {
		return C.weft_tensor_read(x.handle, unsafe.Pointer(first(out)), C.size_t(len(out)))
	})
}

// do runs a call on an array that was not released, and keeps it alive meanwhile.
func (x *Tensor) do(call func() C.weft_status) error {
	defer runtime.KeepAlive(x)
	if x == nil || x.handle == nil {
		return failure(InvalidState, "the array is nil or was released")
	}
	return locked(call)
}

// Elements copies the elements in row-major order. T must be the array's type.
func Elements[T Element](x *Tensor) ([]T, error) {
	if x == nil || x.handle == nil {
		return nil, failure(InvalidState, "Elements: the array is nil or was released")
	}
	if x.Dtype() != dtypeOf[T]() {
		return nil, failure(InvalidType, "Elements: elements are wanted as %v; the array has %v", dtypeOf[T](), x.Dtype())
	}
	out := make([]T, x.Len())
	return out, x.read(bytesOf(out))
}

// Item is the only element as a number; an error where that may have more digits than a float64.
func (x *Tensor) Item() (float64, error) {
	var out C.weft_value
	if err := x.do(func() C.weft_status { return C.weft_tensor_item(x.handle, &out) }); err != nil {
		return 0, err
	}
	switch out.tag {
	case C.WEFT_TAG_FLOAT:
		return *(*float64)(unsafe.Pointer(&out.as)), nil
	case C.WEFT_TAG_UNSIGNED:
		return 0, failure(InvalidValue, "Item: a float64 has whole numbers up to 2^53; got %d: take Elements", *(*uint64)(unsafe.Pointer(&out.as)))
	}
	number := *(*int64)(unsafe.Pointer(&out.as))
	if number > 1<<53 || number < -1<<53 {
		return 0, failure(InvalidValue, "Item: a float64 has whole numbers up to 2^53; got %d: take Elements", number)
	}
	return float64(number), nil
}

// Part is what lies from start to before end along an axis.
func (x *Tensor) Part(axis int, start, end int64) (*Tensor, error) {
	size := x.Shape()
	if axis < 0 || axis >= len(size) || start < 0 || end < start || end > size[axis] {
		return nil, failure(IndexOutOfRange, "Part: axis %d of %v has no part %d to %d", axis, size, start, end)
	}
	begin, step := make([]int64, len(size)), make([]int64, len(size))
	for i := range step {
		step[i] = 1
	}
	begin[axis], size[axis] = start, end-start
	return SliceOp(x, begin, size, step, nil)
}

// String has dtype, shape and up to 100 elements.
func (x *Tensor) String() string {
	content := ""
	if x.Len() <= 100 {
		content, _ = x.values() // without them where they are not there, as in a trace
	}
	return fmt.Sprintf("Tensor(%v, %v%s)", x.Dtype(), x.Shape(), content)
}

// Save writes named arrays to a safetensors file in one step.
func Save(path string, names []string, arrays []*Tensor) error {
	if len(names) != len(arrays) {
		return failure(InvalidValue, "Save: there are %d names and %d arrays", len(names), len(arrays))
	}
	all, file := newTexts(names...), newTexts(path)
	defer all.free()
	defer file.free()
	defer runtime.KeepAlive(arrays)
	return Try(func() {
		held := Must(handles("Save", arrays))
		Check(locked(func() C.weft_status {
			return C.weft_tensors_save(*file.first(), all.first(), first(held), C.size_t(len(held)), nil)
		}, all, file))
	})
}

// Load reads the arrays of a safetensors file by their names.
func Load(path string) (map[string]*Tensor, error) {
	file := newTexts(path)
	defer file.free()
	var archive C.weft_archive
	if err := locked(func() C.weft_status { return C.weft_archive_load(*file.first(), &archive) }, file); err != nil {
		return nil, err
	}
	defer C.weft_archive_release(archive)
	return named(C.weft_archive_count(archive),
		func(i C.size_t) *C.char { return C.weft_archive_name_at(archive, i) },
		func(i C.size_t, one *C.weft_tensor) C.weft_status { return C.weft_archive_tensor(archive, i, one) })
}

// handles of arrays that were not released.
func handles(name string, arrays []*Tensor) ([]C.weft_tensor, error) {
	out := make([]C.weft_tensor, len(arrays))
	for i, x := range arrays {
		if x == nil || x.handle == nil {
			return nil, failure(InvalidState, "%s: array %d is nil or was released", name, i)
		}
		out[i] = x.handle
	}
	return out, nil
}
