package weft

/*
#include <weft/weft.h>
#include <weft/weft_dlpack.h>

static void weft_go_delete(void* given) {
  DLManagedTensorVersioned* managed = given;
  if (managed && managed->deleter) managed->deleter(managed);
}
*/
import "C"

import "unsafe"

// ToDLPack gives the array to another library as a DLManagedTensorVersioned of DLPack 1, without a copy. It
// stays where it is, and alive, until the other library calls the deleter; FreeDLPack does the same.
func (x *Tensor) ToDLPack() (unsafe.Pointer, error) {
	var out *C.DLManagedTensorVersioned
	err := x.do(func() C.weft_status { return C.weft_tensor_to_dlpack(x.handle, &out) })
	return unsafe.Pointer(out), err
}

// FromDLPack makes an array on the memory of another library, which gets it back when the last array on it is
// gone. On failure `managed` is as before.
func FromDLPack(managed unsafe.Pointer) (*Tensor, error) {
	if managed == nil {
		return nil, failure(InvalidValue, "FromDLPack: `managed` is nil")
	}
	var out C.weft_tensor
	err := locked(func() C.weft_status {
		return C.weft_tensor_from_dlpack((*C.DLManagedTensorVersioned)(managed), nil, &out)
	})
	return ownedOr(out, err)
}

// FreeDLPack gives back what ToDLPack gave and no other library has taken.
func FreeDLPack(managed unsafe.Pointer) { C.weft_go_delete(managed) }
