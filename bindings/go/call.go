package weft

/*
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

// What a call needs, without a pointer inside of memory of Go: numbers, texts and arrays lie in three
// rows, and an argument says where its part begins. A handle is a number here, so that cgo does not look
// through the rows for pointers of Go.
typedef struct {
  uint32_t tag, count;
  uint64_t content;
} weft_go_argument;

// The text of a failure is copied on the thread of the call, and freed by Go.
typedef struct {
  weft_status status;
  char* text;
} weft_go_result;

static weft_go_result weft_go_invoke(weft_op op, const weft_go_argument* given, size_t ngiven,
                                     const int64_t* numbers, const char* text, const uintptr_t* arrays,
                                     uintptr_t* outs, size_t nouts, size_t* count) {
  weft_go_result result = {WEFT_OK, NULL};
  weft_value values[32];
  size_t i;
  for (i = 0; i < ngiven; ++i) {
    values[i].tag = given[i].tag;
    values[i].count = given[i].count;
    switch (given[i].tag) {
      case WEFT_TAG_TENSOR: values[i].as.tensor = (weft_tensor)arrays[given[i].content]; break;
      case WEFT_TAG_TENSORS: values[i].as.tensors = (const weft_tensor*)(arrays + given[i].content); break;
      case WEFT_TAG_INTS: values[i].as.ints = numbers + given[i].content; break;
      case WEFT_TAG_STRING: values[i].as.text = text + given[i].content; break;
      default: values[i].as.integer = (int64_t)given[i].content;
    }
  }
  result.status = count ? weft_op_count_outputs(op, values, ngiven, count)
                        : weft_invoke(op, values, ngiven, (weft_tensor*)outs, nouts);
  if (result.status != WEFT_OK) result.text = strdup(weft_last_error());
  return result;
}

// The one result of an operator of one or two arrays. Handles are numbers, because cgo makes an object of
// each pointer that it looks at.
typedef struct {
  weft_status status;
  char* text;
  weft_tensor out;
} weft_go_one;

static weft_go_one weft_go_arrays(uintptr_t op, uintptr_t x, uintptr_t y) {
  weft_go_one result = {WEFT_OK, NULL, NULL};
  weft_value values[2];
  values[0].tag = values[1].tag = WEFT_TAG_TENSOR;
  values[0].count = values[1].count = 0;
  values[0].as.tensor = (weft_tensor)x;
  values[1].as.tensor = (weft_tensor)y;
  result.status = weft_invoke((weft_op)op, values, y ? 2 : 1, &result.out, 1);
  if (result.status != WEFT_OK) result.text = strdup(weft_last_error());
  return result;
}
*/
import "C"

import (
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Operand is an input of an operator: a *Tensor, or a number or bool that takes the dtype of the arrays
// beside it. nil leaves an optional input out.
type Operand = any

// operator is looked up at its first call.
type operator struct {
	name   string
	once   sync.Once
	known  atomic.Bool
	err    error
	handle C.weft_op
	info   C.weft_op_info
}

var operators sync.Map // those of Call, by name

func (o *operator) find() {
	text := newTexts(o.name)
	defer text.free()
	defer o.known.Store(true)
	o.info.struct_size = C.sizeof_weft_op_info
	o.err = locked(func() C.weft_status {
		if status := C.weft_op_find(*text.first(), &o.handle); status != C.WEFT_OK {
			return status
		}
		return C.weft_op_get_info(o.handle, &o.info)
	}, text)
}

func (o *operator) argument(i int) string {
	all := unsafe.Slice(o.info.arguments, int(o.info.inputs+o.info.attributes))
	return C.GoString(all[i].name)
}

// call is one call of an operator that is being put together, in the order of its schema. one, all and
// into end it; it is used again then.
type call struct {
	op        *operator
	err       error
	arguments [32]C.weft_go_argument
	count     int
	numbers   []C.int64_t
	text      []byte
	arrays    []C.uintptr_t
	kept      []*Tensor
	out       C.weft_tensor
}

var calls = sync.Pool{New: func() any { return new(call) }}

// ready looks the operator up. A function value for once would be made at each call.
func (o *operator) ready() error {
	if !o.known.Load() {
		o.once.Do(o.find)
	}
	return o.err
}

func newCall(op *operator) *call {
	err := op.ready()
	c := calls.Get().(*call)
	c.op, c.err, c.count = op, err, 0
	c.numbers, c.text, c.arrays = c.numbers[:0], c.text[:0], c.arrays[:0]
	return c
}

// end lets the arrays go and keeps the memory for another call.
func (c *call) end() {
	for i := range c.kept {
		c.kept[i] = nil
	}
	c.kept, c.out = c.kept[:0], nil
	calls.Put(c)
}

func (c *call) push(tag C.uint32_t, count int, content uint64) {
	if c.count == len(c.arguments) {
		c.fail(failure(InvalidType, "%s: there are at most %d arguments", c.op.name, len(c.arguments)))
		return
	}
	c.arguments[c.count] = C.weft_go_argument{tag: tag, count: C.uint32_t(count), content: C.uint64_t(content)}
	c.count++
}

func (c *call) leftOut() { c.push(C.WEFT_TAG_DEFAULT, 0, 0) }

func (c *call) none() { c.push(C.WEFT_TAG_NONE, 0, 0) }

func (c *call) array(x *Tensor) {
	if x == nil || x.handle == nil {
		c.fail(failure(InvalidState, "%s: an array is nil or was released", c.op.name))
		return
	}
	c.arrays = append(c.arrays, x.number())
	c.kept = append(c.kept, x)
}

func (c *call) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *call) operand(x Operand) {
	switch x := x.(type) {
	case nil:
		c.leftOut()
	case *Tensor:
		c.array(x)
		c.push(C.WEFT_TAG_TENSOR, 0, uint64(len(c.arrays)-1))
	case float64:
		c.float_(x)
	case float32:
		c.float_(float64(x))
	case int:
		c.int_(int64(x))
	case int64:
		c.int_(x)
	case uint64:
		if x > math.MaxInt64 {
			c.push(C.WEFT_TAG_UNSIGNED, 0, x)
		} else {
			c.int_(int64(x))
		}
	case bool:
		c.bool_(x)
	default:
		c.fail(failure(InvalidType, "%s: argument %d must be a *Tensor or a number; got a %T", c.op.name, c.count, x))
	}
}

func (c *call) tensors(list []*Tensor) {
	first := len(c.arrays)
	for _, x := range list {
		c.array(x)
	}
	c.push(C.WEFT_TAG_TENSORS, len(list), uint64(first))
}

func (c *call) int_(number int64)     { c.push(C.WEFT_TAG_INT, 0, uint64(number)) }
func (c *call) float_(number float64) { c.push(C.WEFT_TAG_FLOAT, 0, math.Float64bits(number)) }
func (c *call) dtype_(dtype Dtype)    { c.push(C.WEFT_TAG_DTYPE, 0, uint64(dtype)) }

func (c *call) bool_(choice bool) {
	content := uint64(0)
	if choice {
		content = 1
	}
	c.push(C.WEFT_TAG_BOOL, 0, content)
}

func (c *call) string_(text string) {
	c.push(C.WEFT_TAG_STRING, len(text), uint64(len(c.text)))
	c.text = append(c.text, text...)
}

func (c *call) ints_(numbers []int64) {
	c.push(C.WEFT_TAG_INTS, len(numbers), uint64(len(c.numbers)))
	for _, number := range numbers {
		c.numbers = append(c.numbers, C.int64_t(number))
	}
}

// optional adds an attribute that may be left out, or be none on purpose.
func optional[T any](c *call, value *T, none bool, add func(T)) {
	switch {
	case none:
		c.none()
	case value == nil:
		c.leftOut()
	default:
		add(*value)
	}
}

func optionalInts(c *call, value []int64, none bool) {
	if value == nil {
		optional(c, (*[]int64)(nil), none, c.ints_)
	} else {
		c.ints_(value)
	}
}

func first[T any](row []T) *T {
	if len(row) == 0 {
		return nil
	}
	return &row[0]
}

// run calls the operator; count, where it is not nil, receives the number of results instead.
func (c *call) run(outs *C.weft_tensor, nouts int, count *C.size_t) error {
	if c.err != nil {
		return c.err
	}
	for c.count > 0 && c.arguments[c.count-1].tag == C.WEFT_TAG_DEFAULT {
		c.count--
	}
	text := (*C.char)(unsafe.Pointer(first(c.text)))
	result := C.weft_go_invoke(c.op.handle, &c.arguments[0], C.size_t(c.count), first(c.numbers), text,
		first(c.arrays), (*C.uintptr_t)(unsafe.Pointer(outs)), C.size_t(nouts), count)
	runtime.KeepAlive(c)
	if result.status == C.WEFT_OK {
		return nil
	}
	defer C.free(unsafe.Pointer(result.text))
	return &Error{Status(result.status), C.GoString(result.text)}
}

func (c *call) one() (*Tensor, error) {
	defer c.end()
	if err := c.run(&c.out, 1, nil); err != nil {
		return nil, err
	}
	return owned(c.out), nil
}

func (c *call) all() ([]*Tensor, error) {
	defer c.end()
	var count C.size_t
	if err := c.run(nil, 0, &count); err != nil {
		return nil, err
	}
	outs := make([]C.weft_tensor, count)
	if err := c.run(first(outs), len(outs), nil); err != nil {
		return nil, err
	}
	return ownedAll(outs), nil
}

func (c *call) into(targets []*Tensor) error {
	defer c.end()
	defer runtime.KeepAlive(targets)
	outs, err := handles(c.op.name, targets)
	if err != nil {
		return err
	}
	return c.run(first(outs), len(outs), nil)
}

func (o *operator) number() C.uintptr_t { return C.uintptr_t(uintptr(unsafe.Pointer(o.handle))) }

// alive is an operand that is an array which was not released.
func alive(x Operand) (*Tensor, bool) {
	array, is := x.(*Tensor)
	return array, is && array != nil && array.handle != nil
}

// one1 calls an operator of one array that has one result.
func one1(op *operator, x Operand) (*Tensor, error) {
	if array, is := alive(x); is && op.ready() == nil {
		result := C.weft_go_arrays(op.number(), array.number(), 0)
		runtime.KeepAlive(array)
		return only(result)
	}
	c := newCall(op)
	c.operand(x)
	return c.one()
}

// one2 calls an operator of two arrays that has one result.
func one2(op *operator, x, y Operand) (*Tensor, error) {
	if a, is := alive(x); is {
		if b, is := alive(y); is && op.ready() == nil {
			result := C.weft_go_arrays(op.number(), a.number(), b.number())
			runtime.KeepAlive(a)
			runtime.KeepAlive(b)
			return only(result)
		}
	}
	c := newCall(op)
	c.operand(x)
	c.operand(y)
	return c.one()
}

func only(result C.weft_go_one) (*Tensor, error) {
	if result.status != C.WEFT_OK {
		defer C.free(unsafe.Pointer(result.text))
		return nil, &Error{Status(result.status), C.GoString(result.text)}
	}
	return owned(result.out), nil
}

// Call is any operator by its name, registered ones too, with attributes by the names of the registry:
// int64, float64, bool, string, []int64, Dtype, or nil for none. A []*Tensor is a list of arrays. With
// `into` the results are written to these arrays, and nothing is returned.
func Call(name string, inputs []Operand, attributes map[string]any, into ...*Tensor) ([]*Tensor, error) {
	found, _ := operators.LoadOrStore(name, &operator{name: name})
	c := newCall(found.(*operator))
	if c.err != nil {
		operators.Delete(name) // it may be registered later
		defer c.end()
		return nil, c.err
	}
	for _, x := range inputs {
		if list, is := x.([]*Tensor); is {
			c.tensors(list)
		} else {
			c.operand(x)
		}
	}
	for c.count < int(c.op.info.inputs) {
		c.leftOut()
	}
	known := []string{}
	used := 0
	for i := int(c.op.info.inputs); i < int(c.op.info.inputs+c.op.info.attributes); i++ {
		attribute := c.op.argument(i)
		known = append(known, attribute)
		value, given := attributes[attribute]
		if c.count > i { // given in the list, behind the inputs
			continue
		}
		if !given {
			c.leftOut()
			continue
		}
		used++
		c.attribute(attribute, value)
	}
	if used < len(attributes) {
		for attribute := range attributes {
			if !strings.Contains(","+strings.Join(known, ",")+",", ","+attribute+",") {
				defer c.end()
				return nil, failure(InvalidType, "%s: there is no attribute `%s`; there are: %s", name, attribute, strings.Join(known, ", "))
			}
		}
	}
	if into != nil {
		return nil, c.into(into)
	}
	return c.all()
}

func (c *call) attribute(name string, value any) {
	switch value := value.(type) {
	case nil:
		c.none()
	case string:
		c.string_(value)
	case []int64:
		c.ints_(value)
	case Dtype:
		c.dtype_(value)
	case *Tensor:
		c.fail(failure(InvalidType, "%s: `%s` must be a value; got a *Tensor", c.op.name, name))
	default:
		c.operand(value)
	}
}
