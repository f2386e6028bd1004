// Written by bindings/generate; do not edit.
package org.weft;

/** The methods of Tensor that are one call of weft.h. */
public abstract class TensorCalls extends Elements {
    TensorCalls() {}

    /** Waits until the content is there; gives the failure of the work that makes it. */
    public Tensor await() {
        Native.check(self().with("await", x -> C.weft_tensor_wait(x)));
        return self();
    }

    /**
     * Is a write through one array seen through the other?
     *
     * @param other another array
     */
    public boolean isSame(Tensor other) {
        return self().with("isSame", x -> other.with("isSame", y -> C.weft_tensor_shares_box(x, y))) != 0;
    }

    /** The same content without its history: gradients end there. */
    public Tensor detach() {
        return new Tensor(self().with("detach", x -> Native.made(out -> C.weft_tensor_detach(x, out))));
    }

    /** Makes the array a leaf with a gradient of zeros, which a backward pass replaces. */
    public Tensor attachGrad() {
        Native.check(self().with("attachGrad", x -> C.weft_tensor_attach_grad(x, C.WEFT_GRAD_WRITE)));
        return self();
    }

    /** The gradient; none where none is attached. */
    public Tensor grad() {
        long made = self().with("grad", x -> Native.made(out -> C.weft_tensor_grad(x, out)));
        return made == 0 ? null : new Tensor(made);
    }
}
