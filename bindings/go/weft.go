// Package weft has Weft's arrays, operators, gradients, traced functions and .weft files for Go.
//
// The functions of the library are called by cgo through weft.h. Operators are functions that give an
// error; what may be left out is a struct:
//
//	y, err := weft.Softmax(x, &weft.SoftmaxOptions{Axis: weft.P(int64(0))})
//
// Longer computations are written with Must inside Try, which gives the first error:
//
//	err := weft.Try(func() { y = weft.Must(weft.Sqrt(weft.Must(weft.Multiply(x, x)))) })
package weft

/*
#cgo pkg-config: weft
#include <weft/weft.h>
*/
import "C"

import (
	"fmt"
	"runtime"
)

// Error is a call that failed, with the library's text.
type Error struct {
	Status  Status
	Message string
}

func (e *Error) Error() string { return e.Message }

func failure(status Status, format string, given ...any) error {
	return &Error{status, fmt.Sprintf(format, given...)}
}

// locked runs a call of the library. The text of a failure belongs to the thread of the call, so the
// goroutine stays there until the text has been read. Texts that it is given must be whole.
func locked(call func() C.weft_status, given ...*texts) error {
	for _, one := range given {
		if one.err != nil {
			return one.err
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if status := call(); status != C.WEFT_OK {
		return &Error{Status(status), C.GoString(C.weft_last_error())}
	}
	return nil
}

// keeping does the same and keeps the owner of a handle alive meanwhile.
func keeping(owner any, call func() C.weft_status, given ...*texts) error {
	defer runtime.KeepAlive(owner)
	return locked(call, given...)
}

// P gives a pointer to a value, for options.
func P[T any](value T) *T { return &value }

type failed struct{ err error }

// Error is what Go prints where no Try is around.
func (f failed) Error() string { return f.err.Error() }

// Must gives the value, or ends the body of Try with the error.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(failed{err})
	}
	return value
}

// Check ends the body of Try with the error, if there is one.
func Check(err error) {
	if err != nil {
		panic(failed{err})
	}
}

// Try runs the body and gives the error of the first Must or Check that fails.
func Try(body func()) (err error) {
	defer func() {
		if what := recover(); what != nil {
			one, ours := what.(failed)
			if !ours {
				panic(what)
			}
			err = one.err
		}
	}()
	body()
	return nil
}

// tried is Try for a body that gives something.
func tried[T any](body func() T) (out T, err error) {
	err = Try(func() { out = body() })
	return out, err
}

// Version is the version of the library, such as "0.1.0".
func Version() string { return C.GoString(C.weft_version()) }

// LiveBytes is the memory of arrays and of the library's objects that is in use.
func LiveBytes() int64 {
	figures := C.weft_memory{struct_size: C.sizeof_weft_memory}
	C.weft_memory_stats(&figures, 0)
	return int64(figures.live)
}
