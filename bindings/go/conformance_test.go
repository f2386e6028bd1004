package weft

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

// All cases of bindings/conformance, then what cases cannot say: goroutines, leaks, released arrays.

const folder = "../conformance"

type testCase struct {
	kind, name string
	lines      [][]string
}

func (c *testCase) of(word string) [][]string {
	out := [][]string{}
	for _, line := range c.lines {
		if line[0] == word {
			out = append(out, line[1:])
		}
	}
	return out
}

func numbers(word string) []int64 {
	out := []int64{}
	if word == "-" {
		return out
	}
	for _, part := range strings.Split(word, ",") {
		out = append(out, Must(strconv.ParseInt(part, 10, 64)))
	}
	return out
}

func textOf(word string) string {
	if word == "-" {
		return ""
	}
	return Must(url.PathUnescape(word))
}

func content(word string) []byte {
	if word == "-" {
		return nil
	}
	return Must(hex.DecodeString(word))
}

func arrayOf(words []string) *Tensor {
	return Must(FromBytes(Must(DtypeNamed(words[0])), numbers(words[1]), content(words[2])))
}

// reals gives the elements as numbers, for tolerances.
func reals(x *Tensor) []float64 {
	if x.Dtype() == Complex64 || x.Dtype() == Complex128 {
		out := []float64{}
		for _, name := range []string{"real_part", "imaginary_part"} {
			out = append(out, reals(Must(Call(name, []Operand{x}, nil))[0])...)
		}
		return out
	}
	return Must(Elements[float64](Must(Cast(x, Float64))))
}

func fail(format string, given ...any) { Check(fmt.Errorf(format, given...)) }

// expect compares an array with `DTYPE SHAPE TOLERANCE HEX`.
func expect_(found *Tensor, words []string) {
	if found.Dtype().String() != words[0] || fmt.Sprint(found.Shape()) != fmt.Sprint(numbers(words[1])) {
		fail("%v is not %v", found, words[:2])
	}
	t := Must(strconv.ParseFloat(words[2], 64))
	if t == 0 {
		if !bytes.Equal(Must(found.Bytes()), content(words[3])) {
			fail("other bytes")
		}
		return
	}
	wanted := reals(arrayOf([]string{words[0], words[1], words[3]}))
	for i, x := range reals(found) {
		y := wanted[i]
		if !(x == y || math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= t+t*math.Abs(y)) {
			fail("%v is not %v", x, y)
		}
	}
}

func attributeOf(words []string) any {
	switch words[0] {
	case "int":
		return Must(strconv.ParseInt(words[1], 10, 64))
	case "float":
		return Must(strconv.ParseFloat(words[1], 64))
	case "bool":
		return words[1] == "1"
	case "ints":
		return numbers(words[1])
	case "dtype":
		return Must(DtypeNamed(words[1]))
	case "none":
		return nil
	}
	return textOf(words[1])
}

func (c *testCase) call() (results, leaves []*Tensor) {
	inputs, attributes := []Operand{}, map[string]any{}
	var list []*Tensor
	listed := false
	for _, line := range c.lines {
		switch line[0] {
		case "list":
			listed = true
		case "absent":
			inputs = append(inputs, nil)
		case "attribute":
			attributes[line[1]] = attributeOf(line[2:])
		case "array", "leaf":
			x := arrayOf(line[1:])
			if line[0] == "leaf" {
				Check(x.AttachGrad())
				leaves = append(leaves, x)
			}
			if listed {
				list = append(list, x)
			} else {
				inputs = append(inputs, x)
			}
		}
	}
	if listed {
		inputs = append(inputs, list)
	}
	run := func() { results = Must(Call(c.of("call")[0][0], inputs, attributes)) }
	if c.kind == "gradient" {
		Record(run)
	} else {
		run()
	}
	return results, leaves
}

// loadModel maps a file, or gives its bytes in memory, which are overwritten then.
func loadModel(kind, name string) *Model {
	path := filepath.Join(folder, "models", name)
	if kind != "memory" {
		return Must(LoadModel(path))
	}
	content := Must(os.ReadFile(path))
	model := Must(LoadModelBytes(content))
	for i := range content {
		content[i] = 0
	}
	return model
}

func (c *testCase) runModel() {
	var context *Context
	for _, line := range c.lines {
		if line[0] == "model" {
			context = Must(loadModel(c.kind, line[1]).Context(line[2]))
			continue
		}
		index := 0
		if len(line) > 1 {
			index, _ = strconv.Atoi(line[1])
		}
		switch line[0] {
		case "shape":
			Check(context.SetInputShape(index, numbers(line[2])...))
		case "input":
			Check(context.SetInputTensor(index, arrayOf(line[2:])))
		case "flat":
			Check(SetInput(context, index, Must(Elements[float32](arrayOf(line[2:])))))
		case "run":
			Check(context.Run())
		case "reset":
			Check(context.Reset())
		case "output":
			expect_(Must(context.OutputTensor(index)), line[2:])
		case "state":
			expect_(Must(context.StateTensor(index)), line[2:])
		}
	}
}

func (c *testCase) refused(err error) error {
	own, is := err.(*Error)
	if !is {
		return fmt.Errorf("not refused: %v", err)
	}
	if fmt.Sprint(int(own.Status)) != c.of("status")[0][0] {
		return fmt.Errorf("status %d: %s", own.Status, own.Message)
	}
	for _, words := range c.of("says") {
		if !strings.Contains(own.Message, textOf(words[0])) {
			return err
		}
	}
	return nil
}

func (c *testCase) check() error {
	switch c.kind {
	case "memory":
		if len(c.of("status")) > 0 {
			return c.refused(Try(c.runModel))
		}
		return Try(c.runModel)
	case "model", "shaped":
		return Try(c.runModel)
	case "refusal", "misshapen":
		return c.refused(Try(c.runModel))
	case "failure":
		return c.refused(Try(func() { c.call() }))
	}
	return Try(func() {
		results, leaves := c.call()
		for i, words := range c.of("result") {
			expect_(results[i], words)
		}
		if c.kind == "gradient" {
			Check(Backward(results[0]))
		}
		for i, words := range c.of("gradient") {
			expect_(Must(leaves[i].Grad()), words)
		}
	})
}

func TestAllCases(t *testing.T) {
	all, err := os.ReadFile(filepath.Join(folder, "cases.txt"))
	if err != nil {
		t.Fatal(err)
	}
	cases := []*testCase{}
	for _, line := range strings.Split(strings.TrimSpace(string(all)), "\n") {
		words := strings.Split(line, " ")
		if words[0] == "case" {
			cases = append(cases, &testCase{words[1], words[2], nil})
		} else if words[0] != "end" && words[0] != "#" {
			last := cases[len(cases)-1]
			last.lines = append(last.lines, words)
		}
	}
	if len(cases) < 500 {
		t.Fatalf("there are only %d cases", len(cases))
	}
	for _, one := range cases {
		if one.kind == "misuse" {
			continue // TestMisuse runs them
		}
		if err := one.check(); err != nil {
			t.Errorf("%s %s: %v", one.kind, one.name, err)
		}
	}
}

func TestGoroutinesShareAModel(t *testing.T) {
	model := Must(LoadModel(folder + "/models/dense.weft"))
	run := func() []float32 {
		context := Must(model.Context(""))
		defer context.Release()
		Check(SetInput(context, 0, []float32{0, 1, 2, 3, 4, 5}))
		Check(context.Run())
		return Must(Output[float32](context, 0))
	}
	wanted := fmt.Sprint(run())
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := 0; n < 100; n++ {
				if found := fmt.Sprint(run()); found != wanted {
					t.Errorf("%s is not %s", found, wanted)
				}
				if _, err := Softmax(1, &SoftmaxOptions{Axis: P(int64(7))}); err == nil || !strings.Contains(err.Error(), "softmax") {
					t.Errorf("the failure of another goroutine: %v", err)
				}
			}
		}()
	}
	group.Wait()
}

// A context outlives its model, and weights do.
func TestModelsFromMemory(t *testing.T) {
	content := Must(os.ReadFile(folder + "/models/dense.weft"))
	model := Must(LoadModelBytes(content))
	context, weights := Must(model.Context("")), Must(model.Weights())
	model = nil
	runtime.GC()
	runtime.GC()
	mapped := Must(LoadModel(folder + "/models/dense.weft"))
	given := map[string]*Tensor{"x": Must(New([]float32{0, 1, 2, 3, 4, 5}, 2, 3))}
	if found, wanted := Must(context.RunNamed(given)), Must(mapped.Run(given)); fmt.Sprint(found) != fmt.Sprint(wanted) || len(wanted) != 1 {
		t.Errorf("%v is not %v", found, wanted)
	}
	if wanted := Must(mapped.Weights()); fmt.Sprint(weights) != fmt.Sprint(wanted) {
		t.Errorf("%v is not %v", weights, wanted)
	}
	if _, err := mapped.Run(map[string]*Tensor{"y": given["x"]}); err == nil || !strings.Contains(err.Error(), "no input `y`; there are: x") {
		t.Errorf("an unknown input: %v", err)
	}
}

// One trace for batches of any size gives what the operators give, in a file, too.
func TestOpenDimensions(t *testing.T) {
	w := Must(New([]float32{1, -2, 3, 0.5, 2, -1}, 3, 2))
	body := func(in []*Tensor) (out []*Tensor, err error) {
		err = Try(func() {
			y := Must(Add(Must(Matmul(in[0], w)), in[1]))
			out = []*Tensor{Must(Softmax(y, nil)), Must(Reshape(y, []int64{2 * in[0].Shape()[0]}))}
		})
		return out, err
	}
	zeros := func(batch int64) []*Tensor {
		return []*Tensor{Must(Zeros(Float32, batch, 3)), Must(Zeros(Float32, batch, 2))}
	}
	batch := Dim{Name: "batch", Min: 1, Max: 64, At: [][2]int{{0, 0}, {1, 0}}}
	traced := Must(TraceDynamic(body, []Dim{batch}, zeros(4)...))
	writer, path := Must(NewWriter()), filepath.Join(t.TempDir(), "open.weft")
	Check(writer.Add("forward", traced, []string{"x", "bias"}, []string{"scores", "flat"}, []Weight{{"w", w}}))
	Check(writer.Save(path))
	model := Must(LoadModel(path))
	if shape := Must(Must(model.Context("")).Inputs())[0].Shape; fmt.Sprint(shape) != "[-1 3]" {
		t.Errorf("the file's shape: %v", shape)
	}
	for _, rows := range []int64{1, 5} {
		x, bias := Must(Uniform([]int64{rows, 3}, Float32, nil)), Must(Zeros(Float32, rows, 2))
		wanted, found := Must(body([]*Tensor{x, bias})), Must(traced.Call(x, bias))
		loaded := Must(model.Run(map[string]*Tensor{"x": x, "bias": bias}))
		for i, name := range []string{"scores", "flat"} {
			for _, one := range []*Tensor{found[i], loaded[name]} {
				if fmt.Sprint(one.Shape()) != fmt.Sprint(wanted[i].Shape()) {
					t.Errorf("%s: %v is not %v", name, one.Shape(), wanted[i].Shape())
				}
				for j, value := range reals(one) {
					if math.Abs(value-reals(wanted[i])[j]) > 1e-6 {
						t.Errorf("%s: %v is not %v", name, one, wanted[i])
					}
				}
			}
		}
	}
	says := func(err error, text string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v does not say %s", err, text)
		}
	}
	_, err := traced.Call(zeros(65)...)
	says(err, "batch")
	_, err = TraceDynamic(body, []Dim{{Name: "n", At: [][2]int{{0, 7}}}}, zeros(4)...)
	says(err, "axis 7 of input 0")
	_, err = TraceDynamic(body, []Dim{{Name: "n", Min: 1, Max: 6, At: [][2]int{{0, 0}}}}, zeros(4)...)
	says(err, "at least 6 extents")
}

func TestSmallArraysArePrinted(t *testing.T) {
	for wanted, x := range map[string]*Tensor{
		"Tensor(int64, [2], [1 -2])":      Must(New([]int64{1, -2})),
		"Tensor(float32, [2 1], [0.5 2])": Must(New([]float32{0.5, 2}, 2, 1)),
		"Tensor(bool, [2], [true false])": Must(New([]bool{true, false})),
		"Tensor(float32, [101])":          Must(Zeros(Float32, 101)),
		"Tensor(float16, [1])":            Must(Zeros(Float16, 1)),
	} {
		if found := fmt.Sprint(x); found != wanted {
			t.Errorf("%s is not %s", found, wanted)
		}
	}
}

func TestFailuresOutsideTrySayWhatFailed(t *testing.T) {
	defer func() {
		// Go prints what Error gives.
		failure, ok := recover().(error)
		if !ok || !strings.Contains(failure.Error(), "softmax") {
			t.Errorf("the panic has %v", failure)
		}
	}()
	Must(Softmax(1, &SoftmaxOptions{Axis: P(int64(7))}))
}

func TestNothingLeaks(t *testing.T) {
	x := Must(New([]float32{1, 2, 3, 4}))
	step := func() {
		y := Must(Add(x, x))
		Must(Multiply(y, 2)).Release()
		y.Release()
	}
	step()
	runtime.GC()
	once := LiveBytes()
	for i := 0; i < 100_000; i++ {
		step()
	}
	if now := LiveBytes(); now > once {
		t.Errorf("bytes in use: %d, then %d", once, now)
	}
}

func TestMistakes(t *testing.T) {
	x := Must(New([]float32{1, 2}))
	says := func(err error, text string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v does not say %s", err, text)
		}
	}
	_, err := Call("softmax", []Operand{x}, map[string]any{"axs": int64(1)})
	says(err, "`axs`; there are: axis")
	_, err = Add(x, "text")
	says(err, "add: argument 1 must be a *Tensor or a number; got a string")
	_, err = Elements[int64](x)
	says(err, "wanted as int64; the array has float32")
	x.Release()
	_, err = Add(x, 1)
	says(err, "released")
	context := Must(Must(LoadModel(folder + "/models/dense.weft")).Context(""))
	_, err = context.InputNamed("y")
	says(err, "no input `y`; there are: x")
	context.Release()
	says(context.Run(), "released")
}

func ExampleRecord() {
	err := Try(func() {
		x := Must(New([]float32{3, 4}))
		Check(x.AttachGrad())
		var length *Tensor
		Record(func() { length = Must(Sqrt(Must(Sum(Must(Multiply(x, x)), nil)))) })
		Check(Backward(length))
		fmt.Println(Must(length.Item()), Must(Elements[float32](Must(x.Grad()))))
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: 5 [0.6 0.8]
}

// managed is DLManagedTensorVersioned, as another library sees it.
type managed struct {
	major, minor     uint32
	context, deleter uintptr
	flags            uint64
	data             unsafe.Pointer
	device, id, ndim int32
	code, bits       uint8
	lanes            uint16
	shape, strides   *int64
	offset           uint64
}

func TestDLPackSharesMemory(t *testing.T) {
	x := Must(New([]float32{1, 2, 3, 4, 5, 6}, 2, 3))
	given := Must(x.ToDLPack())
	seen := (*managed)(given)
	if seen.major != 1 || seen.ndim != 2 || seen.code != 2 || seen.bits != 32 || seen.device != 1 {
		t.Fatalf("%+v", *seen)
	}
	if shape := unsafe.Slice(seen.shape, 2); shape[0] != 2 || shape[1] != 3 {
		t.Fatal(shape)
	}
	elements := unsafe.Slice((*float32)(unsafe.Add(seen.data, seen.offset)), 6)
	elements[5] = 60
	back := Must(FromDLPack(given))
	x.Release()
	if found := Must(Elements[float32](Must(Add(back, 1)))); found[0] != 2 || found[5] != 61 {
		t.Fatal(found)
	}
	elements[0] = 10
	if found := Must(Elements[float32](back)); found[0] != 10 {
		t.Fatal(found)
	}
	back.Release()
	if _, err := back.ToDLPack(); err == nil {
		t.Fatal("a released array was exported")
	}
	before := LiveBytes()
	y := Must(Zeros(Float32, 1000))
	FreeDLPack(Must(y.ToDLPack()))
	y.Release()
	if LiveBytes() > before {
		t.Fatal("an exported array was not freed")
	}
}
