//! What a call costs: `overhead model.weft`. Prints nanoseconds a run of a bound context by this crate
//! and by the C functions alone, and of an eager addition of four numbers by both; the best of many.

use std::time::Instant;

use weft::{Model, Tensor};
use weft_sys::*;

const BATCHES: usize = 200;
const CALLS: usize = 200;

fn best(mut call: impl FnMut()) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..BATCHES {
        let start = Instant::now();
        (0..CALLS).for_each(|_| call());
        least = least.min(start.elapsed().as_nanos() as f64 / CALLS as f64);
    }
    least
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: overhead model.weft")?;
    let mut context = Model::load(&path)?.context()?;
    let count = context.inputs()?[0].shape.iter().product::<i64>() as usize;
    let ones = vec![1f32; count];
    context.set_input(0, &ones)?;
    let run = best(|| context.run().expect("run"));

    let x = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0], &[4])?;
    let add = best(|| drop(std::hint::black_box(&x + &x)));

    // SAFETY: what follows is the C interface as a C program would call it.
    let (c_run, c_add) = unsafe {
        let c_path = std::ffi::CString::new(path)?;
        let (mut model, mut raw) = (std::ptr::null_mut(), std::ptr::null_mut());
        assert_eq!(weft_model_load(c_path.as_ptr(), &mut model), WEFT_OK);
        let entry = c"forward".as_ptr();
        assert_eq!(weft_context_create(model, entry, std::ptr::null_mut(), 0, &mut raw), WEFT_OK);
        let (data, bytes) = (ones.as_ptr().cast(), std::mem::size_of_val(&ones[..]));
        assert_eq!(weft_context_bind_input(raw, 0, data, bytes), WEFT_OK);
        let c_run = best(|| assert_eq!(weft_context_run(raw), WEFT_OK));

        let mut op = std::ptr::null();
        assert_eq!(weft_op_find(c"add".as_ptr(), &mut op), WEFT_OK);
        let (numbers, shape) = ([1f32, 2.0, 3.0, 4.0], [4i64]);
        let mut four = std::ptr::null_mut();
        let made =
            weft_tensor_create(WEFT_FLOAT32, 1, shape.as_ptr(), numbers.as_ptr().cast(), &mut four);
        assert_eq!(made, WEFT_OK);
        let value = weft_value {
            tag: WEFT_TAG_TENSOR as u32,
            count: 0,
            r#as: weft_value_as { tensor: four },
        };
        let arguments = [value, value];
        let c_add = best(|| {
            let mut out = std::ptr::null_mut();
            assert_eq!(weft_invoke(op, arguments.as_ptr(), 2, &mut out, 1), WEFT_OK);
            weft_tensor_release(out);
        });
        (c_run, c_add)
    };
    println!("run {run:.1} ns, C {c_run:.1}; addition {add:.1} ns, C {c_add:.1}");
    Ok(())
}
