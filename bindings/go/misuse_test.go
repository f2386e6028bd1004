package weft

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// What each `misuse` case of bindings/conformance means in Go. The compiler refuses a number where a text is
// meant, an object of another kind, a fraction where a whole number is meant, and rows in rows.
var misuse = map[string]func(t *testing.T){
	"collector": underTheCollector, "kept-memory": keptMemory, "released": releasedObjects, "wrong-kind": wrongKind,
	"number-as-text": func(*testing.T) {}, // the compiler refuses it
	"nul-in-text":    nulInText, "wide-text": wideText, "invalid-text": invalidText,
	"cyclic-list":    cyclicList,
	"ragged-list":    func(*testing.T) {}, // the elements of an array are one row
	"wrong-elements": wrongElements, "wide-integers": wideIntegers, "no-integer": noInteger, "unset-input": unsetInput,
}

func TestMisuse(t *testing.T) {
	all, err := os.ReadFile(filepath.Join(folder, "cases.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(all), "\n") {
		if name := strings.TrimPrefix(line, "case misuse "); name != line {
			run := misuse[name]
			if run == nil {
				t.Errorf("there is no test of %s", name)
				continue
			}
			t.Run(name, run)
		}
	}
}

const wide = "für-😀-𝒙"

var six = []float32{0, 1, 2, 3, 4, 5}

// refuse asks that calls give an error with a text; a panic of Go counts where nil stands for an object.
func refuse(t *testing.T, part string, calls ...func() error) {
	t.Helper()
	for i, call := range calls {
		err := func() (err error) {
			defer func() {
				if what, is := recover().(runtime.Error); is {
					err = what
				}
			}()
			return call()
		}()
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("call %d: %v does not say %q", i, err, part)
		}
	}
}

// errorOf is the error of a call that gives something, too.
func errorOf[T any](_ T, err error) error { return err }

func modelOf(name string) *Model { return Must(LoadModel(folder + "/models/" + name)) }

func runOf(m *Model) string {
	context := Must(m.Context(""))
	Check(SetInput(context, 0, six))
	Check(context.Run())
	return fmt.Sprint(Must(Output[float32](context, 0)))
}

func doubled(x *Tensor) (*Function, error) {
	return Trace(func(in []*Tensor) ([]*Tensor, error) {
		y, err := Add(in[0], in[0])
		return []*Tensor{y}, err
	}, x)
}

// wideFile is a file whose names are all wide.
func wideFile(folder string) string {
	w := Must(New([]float32{1, 2, 3, 4}, 2, 2))
	traced := Must(Trace(func(in []*Tensor) ([]*Tensor, error) {
		y, err := Matmul(in[0], w)
		return []*Tensor{y}, err
	}, Must(Zeros(Float32, 1, 2))))
	writer, path := Must(NewWriter()), filepath.Join(folder, wide+".weft")
	Check(writer.Add(wide, traced, []string{"in" + wide}, []string{"out" + wide}, []Weight{{"w" + wide, w}}))
	Check(writer.SetMetadata("key"+wide, wide))
	Check(writer.Save(path))
	return path
}

// The collector runs on another thread all the time.
func underTheCollector(t *testing.T) {
	done := make(chan bool)
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				runtime.GC()
				time.Sleep(0)
			}
		}
	}()
	defer close(done)
	wanted := runOf(modelOf("dense.weft"))
	content := Must(os.ReadFile(folder + "/models/dense.weft"))
	for i := 0; i < 20; i++ {
		a := Must(New([]float32{1, 2, 3, 4}, 2, 2))
		found := fmt.Sprint(Must(Reshape(a, []int64{4, 1})), Must(Einsum([]*Tensor{a, a}, "ij,jk->ik")))
		if found != "Tensor(float32, [4 1], [1 2 3 4]) Tensor(float32, [2 2], [7 10 15 22])" {
			t.Error(found)
		}
		if runOf(modelOf("dense.weft")) != wanted || runOf(Must(LoadModelBytes(content))) != wanted {
			t.Error("a model that nobody has")
		}
		leaf := Must(New([]float32{1, 2}))
		Check(leaf.AttachGrad())
		var head *Tensor
		Record(func() { head = Must(Sum(Must(Multiply(leaf, leaf)), nil)) })
		Check(Backward(head))
		if found := Must(Elements[float32](Must(leaf.Grad()))); found[0] != 2 || found[1] != 4 {
			t.Error(found)
		}
	}
}

func keptMemory(t *testing.T) {
	wanted := runOf(modelOf("dense.weft"))
	content, numbers := Must(os.ReadFile(folder+"/models/dense.weft")), append([]float32{}, six...)
	model := Must(LoadModelBytes(content))
	first, second := Must(model.Context("")), Must(model.Context(""))
	array := Must(New(numbers, 2, 3))
	Check(SetInput(first, 0, numbers))
	Check(second.SetInputTensor(0, array))
	for i := range content {
		content[i] = 0
	}
	for i := range numbers {
		numbers[i] = 7
	}
	array.Release()
	model = nil
	runtime.GC()
	runtime.GC()
	for _, context := range []*Context{first, second} {
		Check(context.Run())
		if found := fmt.Sprint(Must(Output[float32](context, 0))); found != wanted {
			t.Error(found)
		}
	}
}

func releasedObjects(t *testing.T) {
	x, free := Must(New([]float32{1, 2})), Must(Zeros(Float32, 2))
	context := Must(modelOf("dense.weft").Context(""))
	traced := Must(doubled(free))
	for i := 0; i < 2; i++ {
		x.Release()
		context.Release()
	}
	refuse(t, "released",
		func() error { return errorOf(Add(x, 1)) }, func() error { return errorOf(Add(free, x)) }, func() error { return errorOf(Abs(x)) },
		func() error { return errorOf(Elements[float32](x)) }, func() error { return errorOf(x.Bytes()) }, func() error { return errorOf(x.Item()) },
		func() error { return errorOf(x.Grad()) }, func() error { return errorOf(x.Detach()) }, x.Wait, x.AttachGrad,
		func() error { return Backward(x) }, func() error { return errorOf(Grad(x, []*Tensor{free}, false)) }, func() error { return errorOf(Grad(free, []*Tensor{x}, false)) },
		func() error { return errorOf(Concatenate([]*Tensor{free, x}, nil)) }, func() error { return Save("/nowhere", []string{"x"}, []*Tensor{x}) },
		func() error { return errorOf(doubled(x)) }, func() error { return errorOf(traced.Call(x)) }, func() error { return errorOf(x.ToDLPack()) },
		func() error { return errorOf(Call("abs", []Operand{free}, nil, x)) }, func() error { return Must(modelOf("dense.weft").Context("")).SetInputTensor(0, x) },
		context.Run, context.Reset, func() error { return context.Save("/nowhere") }, func() error { return errorOf(context.Inputs()) },
		func() error { return errorOf(context.Outputs()) }, func() error { return errorOf(context.States()) }, func() error { return SetInput(context, 0, six) },
		func() error { return context.SetInputTensor(0, free) }, func() error { return context.SetInputShape(0, 2, 3) }, func() error { return errorOf(Input[float32](context, 0)) },
		func() error { return errorOf(BindOutput[float32](context, 0)) }, func() error { return errorOf(Output[float32](context, 0)) }, func() error { return errorOf(context.OutputTensor(0)) },
		func() error { return errorOf(context.StateTensor(0)) }, func() error { return context.SetStateTensor(0, free) }, func() error { return errorOf(context.RunNamed(nil)) })
	if x.IsSame(free) || free.IsSame(x) || x.Len() >= 0 || len(x.Shape()) > 0 || fmt.Sprint(x) == "" {
		t.Error("a released array has content")
	}
}

func wrongKind(t *testing.T) {
	x := Must(Zeros(Float32, 2))
	refuse(t, "",
		func() error { return errorOf(Abs(nil)) }, func() error { return errorOf(Abs((*Tensor)(nil))) }, func() error { return errorOf(Abs("x")) },
		func() error { return errorOf(Abs(modelOf("dense.weft"))) }, func() error { return errorOf(Abs([]int64{1})) }, func() error { return errorOf(Elements[float32](nil)) },
		func() error { return errorOf(Concatenate(nil, nil)) }, func() error { return errorOf(Concatenate([]*Tensor{nil}, nil)) }, func() error { return Backward(nil) },
		func() error { return errorOf(Grad(nil, []*Tensor{x}, false)) }, func() error { return errorOf(doubled(nil)) }, func() error { return errorOf(Must(doubled(x)).Call(nil)) },
		func() error {
			return errorOf(Trace(func([]*Tensor) ([]*Tensor, error) { return []*Tensor{nil}, nil }, x))
		},
		func() error { return Must(NewWriter()).Add("a", nil, nil, nil, nil) }, func() error { return errorOf(LoadModelBytes(nil)) },
		func() error { return errorOf(modelOf("dense.weft").Run(map[string]*Tensor{"x": nil})) }, func() error { return errorOf(FromDLPack(nil)) })
}

func nulInText(t *testing.T) {
	place, dense := t.TempDir(), folder+"/models/dense.weft"
	file := filepath.Join(place, "a")
	Check(os.WriteFile(file, []byte("untouched"), 0o600))
	cut, name, x, writer := file+"\x00b", "x\x00y", Must(Zeros(Float32, 2)), Must(NewWriter())
	traced, context := Must(doubled(x)), Must(modelOf("dense.weft").Context(""))
	refuse(t, "NUL",
		func() error { return errorOf(LoadModel(dense + "\x00b")) }, func() error { return errorOf(Load(cut)) }, func() error { return Save(cut, []string{"x"}, []*Tensor{x}) },
		func() error { return Save(filepath.Join(place, "n"), []string{name}, []*Tensor{x}) }, func() error { return errorOf(modelOf("dense.weft").Context("forward\x00x")) },
		func() error { return context.Save(cut) }, func() error { return writer.Save(cut) }, func() error { return writer.SetMetadata(name, "a") },
		func() error { return writer.SetMetadata("a", name) }, func() error { return writer.Add(name, traced, []string{"x"}, []string{"y"}, nil) },
		func() error { return writer.Add("a", traced, []string{name}, []string{"y"}, nil) }, func() error { return errorOf(traced.Text("graph\x00")) },
		func() error { return errorOf(Call("abs\x00x", []Operand{x}, nil)) }, func() error { return errorOf(DtypeNamed("float32\x00")) },
		func() error { return modelOf("dense.weft").SetBudget("forward\x00", 0) })
	if _, known := modelOf("dense.weft").Metadata("weft\x00x"); known {
		t.Error("another key was read")
	}
	if found := Must(os.ReadDir(place)); len(found) != 1 || string(Must(os.ReadFile(file))) != "untouched" {
		t.Errorf("a file was written: %v", found)
	}
}

func wideText(t *testing.T) {
	place := t.TempDir()
	model := Must(LoadModel(wideFile(place)))
	if found := Must(os.ReadDir(place)); len(found) != 1 || found[0].Name() != wide+".weft" {
		t.Errorf("the file's name: %v", found)
	}
	context := Must(model.Context(wide))
	found := Must(context.RunNamed(map[string]*Tensor{"in" + wide: Must(New([]float32{1, 1}, 1, 2))}))
	if fmt.Sprint(Must(Elements[float32](found["out"+wide]))) != "[4 6]" || model.Entries()[0] != wide {
		t.Error(found, model.Entries())
	}
	if text, _ := model.Metadata("key" + wide); text != wide || Must(model.Weights())["w"+wide] == nil {
		t.Error(text)
	}
	arrays := filepath.Join(place, wide+".safetensors")
	Check(Save(arrays, []string{wide}, []*Tensor{found["out"+wide]}))
	if Must(Load(arrays))[wide] == nil {
		t.Error("names of arrays")
	}
	refuse(t, wide, func() error { return errorOf(LoadModel("/nowhere/" + wide)) }, func() error { return errorOf(model.Context("x" + wide)) },
		func() error { return errorOf(Call(wide, nil, nil)) })
}

// Texts of Go are bytes: a path may have any, names in files are UTF-8.
func invalidText(t *testing.T) {
	place, x := t.TempDir(), Must(Zeros(Float32, 2))
	path := filepath.Join(place, "\xff.weft")
	Check(os.WriteFile(path, Must(os.ReadFile(folder+"/models/dense.weft")), 0o600))
	if runOf(Must(LoadModel(path))) != runOf(modelOf("dense.weft")) {
		t.Error("a path of bytes")
	}
	writer := Must(NewWriter())
	refuse(t, "", func() error { return Save(filepath.Join(place, "a"), []string{"\xff"}, []*Tensor{x}) },
		func() error {
			if err := writer.Add("a", Must(doubled(x)), []string{"\xff"}, []string{"y"}, nil); err != nil {
				return err
			}
			return writer.Save(filepath.Join(place, "a"))
		}, func() error { return errorOf(modelOf("dense.weft").Context("for\xffward")) })
	if found := Must(os.ReadDir(place)); len(found) != 1 {
		t.Errorf("a file was written: %v", found)
	}
}

// The only lists without a type of elements are those of the arguments of an operator.
func cyclicList(t *testing.T) {
	list := []Operand{nil}
	list[0] = list
	refuse(t, "must be a *Tensor", func() error { return errorOf(Call("concatenate", list, nil)) }, func() error { return errorOf(Abs(list)) })
}

func wrongElements(t *testing.T) {
	context, counter := Must(modelOf("dense.weft").Context("")), Must(modelOf("counter.weft").Context(""))
	zeros := func(dtype Dtype, shape ...int64) *Tensor { return Must(Zeros(dtype, shape...)) }
	refuse(t, "",
		func() error { return SetInput(context, 0, make([]int32, 6)) }, func() error { return SetInput(context, 0, six[:5]) }, func() error { return SetInput(context, 0, six[:0]) },
		func() error { return context.SetInputTensor(0, zeros(Int32, 2, 3)) }, func() error { return context.SetInputTensor(0, zeros(Float32, 3, 2)) },
		func() error { return SetInput(context, 9, six) }, func() error { return SetInput(context, -1, six) }, func() error { return errorOf(Input[int32](context, 0)) },
		func() error { return errorOf(Output[float32](context, -1)) }, func() error { return errorOf(BindOutput[float32](context, 7)) }, func() error { return context.SetInputShape(-1, 2) },
		func() error { return counter.SetStateTensor(0, zeros(Int32, 2)) }, func() error { return counter.SetStateTensor(0, zeros(Float32, 1, 2)) }, func() error { return counter.SetStateTensor(0, zeros(Float32, 3)) },
		func() error { return errorOf(FromBytes(Float32, []int64{4}, []byte{1, 2, 3})) }, func() error { return errorOf(FromBytes(Float32, []int64{-2, -2}, make([]byte, 16))) },
		func() error { return errorOf(FromBytes(Uint8, []int64{1 << 62, 4}, nil)) }, func() error { return errorOf(FromBytes(Dtype(99), []int64{1}, nil)) }, func() error { return errorOf(New(six, 2, 2)) },
		func() error { return errorOf(Elements[int32](zeros(Float32, 2))) })
	if fmt.Sprint(Must(New([]float32{})), zeros(Float32, 0, 3)) != "Tensor(float32, [0], []) Tensor(float32, [0 3], [])" {
		t.Error("empty arrays")
	}
	if turned := Must(Transpose(Must(New(six, 2, 3)), nil)); fmt.Sprint(turned) != "Tensor(float32, [3 2], [0 3 1 4 2 5])" {
		t.Error(turned)
	}
}

func wideIntegers(t *testing.T) {
	for _, number := range []int64{9007199254740993, math.MinInt64, math.MaxInt64} {
		x := Must(New([]int64{number}))
		if Must(Elements[int64](x))[0] != number || Must(Elements[int64](Must(Add(Must(Zeros(Int64, 1)), number))))[0] != number {
			t.Error(number)
		}
		refuse(t, fmt.Sprint(number), func() error { return errorOf(x.Item()) })
	}
	for _, number := range []uint64{9007199254740993, math.MaxUint64} {
		x := Must(New([]uint64{number}))
		if Must(Elements[uint64](x))[0] != number || Must(Elements[uint64](Must(Add(Must(Zeros(Uint64, 1)), number))))[0] != number {
			t.Error(number)
		}
		refuse(t, fmt.Sprint(number), func() error { return errorOf(x.Item()) })
	}
	if Must(Must(New([]int64{-1 << 53})).Item()) != -1<<53 || Must(Must(New([]bool{true})).Item()) != 1 {
		t.Error("exact ones")
	}
	refuse(t, "complex", func() error { return errorOf(Must(Zeros(Complex64, 1)).Item()) })
}

func noInteger(t *testing.T) {
	x := Must(Zeros(Float32, 4))
	for _, wrong := range []any{2.5, math.NaN(), math.Inf(1)} {
		refuse(t, "", func() error { return errorOf(Call("sum", []Operand{x}, map[string]any{"axis": wrong})) },
			func() error { return errorOf(Call("reshape", []Operand{x}, map[string]any{"newshape": wrong})) })
	}
	refuse(t, "", func() error { return errorOf(Zeros(Float32, -1)) }, func() error { return errorOf(Zeros(Float32, math.MaxInt64, math.MaxInt64)) },
		func() error { return errorOf(x.Part(0, math.MinInt64, math.MaxInt64)) }, func() error { return SetNumThreads(-1) }, func() error { return SetNumThreads(1<<32 + 1) })
}

func unsetInput(t *testing.T) {
	model, given := modelOf("dense.weft"), map[string]*Tensor{"x": Must(New(six, 2, 3))}
	context := Must(model.Context(""))
	refuse(t, "`x`", context.Run, func() error { return errorOf(context.RunNamed(nil)) }, func() error { return errorOf(model.Run(map[string]*Tensor{})) })
	wanted := fmt.Sprint(Must(context.RunNamed(given))["output"])
	refuse(t, "`x` is missing", func() error { return errorOf(context.RunNamed(nil)) })
	Check(context.Run()) // it is bound until it is bound again
	if found := fmt.Sprint(Must(context.OutputTensor(0))); found != wanted {
		t.Error(found, wanted)
	}
}
