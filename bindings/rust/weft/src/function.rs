//! Traced functions: a closure becomes a graph with a plan.

use weft_sys::*;

use crate::error::{check, made, refuse};
use crate::tensor::{filled, handles};
use crate::wrappers::{borrowed, c_text};
use crate::{Result, Status, Tensor};

/// A traced graph. Several threads may call it at once.
pub struct Function {
    handle: weft_function,
    captured: Vec<Tensor>,
}

// SAFETY: several threads may call a function at once, as the C interface says.
unsafe impl Send for Function {}
unsafe impl Sync for Function {}

/// Runs `body` once on placeholders for `inputs`, and gives the graph of what it did. Arrays that the
/// body reads from outside (weights) are captured: the function sees later writes to them.
///
/// ```
/// use weft::Tensor;
/// let x = Tensor::from_slice(&[1f32, 2.0], &[2])?;
/// let double = weft::trace(|inputs| Ok(vec![&inputs[0] * 2]), &[&x])?;
/// assert_eq!(double.call(&[&x])?[0].to_vec::<f32>()?, [2.0, 4.0]);
/// # Ok::<(), weft::Error>(())
/// ```
pub fn trace(
    body: impl FnMut(&[Tensor]) -> Result<Vec<Tensor>>,
    inputs: &[&Tensor],
) -> Result<Function> {
    trace_dynamic(body, &[], inputs)
}

/// A dimension of a traced function: an extent of its inputs that may be another one at each call.
#[derive(Clone, Debug)]
pub struct Dim {
    name: String,
    min: i64,
    max: i64,
    inputs: Vec<usize>,
    axes: Vec<i32>,
}

impl Dim {
    /// Any extent from 1 on. Files have its name, too.
    pub fn new(name: &str) -> Dim {
        Dim { name: name.into(), min: 1, max: 1 << 40, inputs: Vec::new(), axes: Vec::new() }
    }
    /// Bounds, on which the body may rely.
    pub fn within(self, min: i64, max: i64) -> Dim {
        Dim { min, max, ..self }
    }
    /// Adds an axis of an input, both counted from 0; at all its places the extent is the same.
    pub fn at(mut self, input: usize, axis: i32) -> Dim {
        self.inputs.push(input);
        self.axes.push(axis);
        self
    }
    /// The extent in an example: another one in each, and for each dimension.
    fn example(&self, round: usize, number: usize) -> Result<i64> {
        let low = self.min.max(2);
        let count = (self.max - low + 1).min(1000);
        if count < WEFT_TRACE_EXAMPLES.into() {
            let Dim { name, min, max, .. } = self;
            let rule = format!("must have at least {WEFT_TRACE_EXAMPLES} extents above 1");
            let text = format!("Dim: `{name}` {rule}; got {min} to {max}");
            return refuse(Status::InvalidValue, text);
        }
        let (mut seed, mut found) = (number as i64 + 1, Vec::new());
        while found.len() <= round {
            seed = seed * 48271 % 2147483647; // Park and Miller's generator
            if !found.contains(&(low + seed % count)) {
                found.push(low + seed % count);
            }
        }
        Ok(found[round])
    }
}

/// [`trace`] where some extents of the inputs are open: each call may have others. The body runs once for
/// each of six examples of them, and must not decide by them.
///
/// ```
/// use weft::{Dim, Dtype, Tensor};
/// let batch = Dim::new("batch").at(0, 0);
/// let double = |inputs: &[Tensor]| Ok(vec![&inputs[0] * 2]);
/// let double = weft::trace_dynamic(double, &[batch], &[&Tensor::zeros(&[1, 2], Dtype::Float32)?])?;
/// assert_eq!(double.call(&[&Tensor::zeros(&[5, 2], Dtype::Float32)?])?[0].shape(), [5, 2]);
/// # Ok::<(), weft::Error>(())
/// ```
pub fn trace_dynamic(
    mut body: impl FnMut(&[Tensor]) -> Result<Vec<Tensor>>,
    dynamic: &[Dim],
    inputs: &[&Tensor],
) -> Result<Function> {
    let first = example(&mut body, dynamic, inputs, &[])?;
    let mut examples = vec![first];
    // SAFETY: the functions are alive; so below.
    while unsafe { weft_function_is_example(examples[0].handle) } != 0 {
        if examples.len() == WEFT_TRACE_EXAMPLES as usize {
            let all: Vec<_> = examples.iter().map(Function::handle).collect();
            let join = |out: &mut _| unsafe { weft_function_join(all.as_ptr(), all.len(), out) };
            return made(join).map(Function::owned);
        }
        examples.push(example(&mut body, dynamic, inputs, &examples)?);
    }
    Ok(examples.remove(0))
}

/// The function of one trace.
fn example(
    body: &mut impl FnMut(&[Tensor]) -> Result<Vec<Tensor>>,
    dynamic: &[Dim],
    inputs: &[&Tensor],
    earlier: &[Function],
) -> Result<Function> {
    let mut types = Vec::new();
    for x in inputs {
        let mut shape = [0; WEFT_MAX_RANK as usize];
        shape[..x.shape().len()].copy_from_slice(x.shape());
        types.push(weft_type { dtype: x.dtype() as i32, rank: x.shape().len() as i32, shape });
    }
    for (number, dim) in dynamic.iter().enumerate() {
        let extent = dim.example(earlier.len(), number)?;
        for (input, axis) in dim.inputs.iter().zip(&dim.axes) {
            let place = types.get_mut(*input).and_then(|one| one.shape.get_mut(*axis as usize));
            place.into_iter().for_each(|place| *place = extent); // the library refuses others
        }
    }
    // SAFETY: rows have as many elements as the calls are told.
    let begin = |outs| unsafe { weft_trace_begin_types(types.as_ptr(), types.len(), outs) };
    let placeholders = filled(types.len(), begin)?;
    let mut running = Running(true);
    let before: Vec<_> = earlier.iter().map(Function::handle).collect();
    check(unsafe { weft_trace_set_example(before.len(), before.as_ptr(), before.len()) })?;
    for dim in dynamic {
        let (name, inputs, axes) = (c_text(&dim.name)?, dim.inputs.as_ptr(), dim.axes.as_ptr());
        let (name, count) = (name.as_ptr(), dim.axes.len());
        check(unsafe { weft_trace_add_dimension(name, dim.min, dim.max, inputs, axes, count) })?;
    }
    let outputs = body(&placeholders)?;
    let handles: Vec<_> = outputs.iter().map(|output| output.handle()).collect();
    // SAFETY: the handles are alive.
    let handle = made(|out| unsafe { weft_trace_end(handles.as_ptr(), handles.len(), out) })?;
    running.0 = false;
    Ok(Function::owned(handle))
}

/// Gives a trace up where the body fails or panics.
struct Running(bool);
impl Drop for Running {
    fn drop(&mut self) {
        if self.0 {
            // SAFETY: a trace of this thread runs.
            unsafe { weft_trace_abort() }
        }
    }
}

impl Function {
    pub(crate) fn owned(handle: weft_function) -> Function {
        // SAFETY: captures are lent as long as the function lives, and retained here.
        let captured = unsafe {
            (0..weft_function_captures(handle))
                .map(|index| Tensor::retained(weft_function_capture_at(handle, index)))
                .collect()
        };
        Function { handle, captured }
    }
    pub(crate) fn handle(&self) -> weft_function {
        self.handle
    }
    /// Calls the function through the plan for these shapes; makes the plan where there is none.
    pub fn call(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        let given = handles(inputs);
        let count = unsafe { weft_function_outputs(self.handle) };
        // SAFETY: the function is alive; the arrays have as many handles as the call is told.
        filled(count, |outs| unsafe {
            weft_function_call(self.handle, given.as_ptr(), given.len(), outs, count)
        })
    }
    /// The arrays that the trace read from outside: weights, states and constants.
    pub fn captures(&self) -> &[Tensor] {
        &self.captured
    }
    /// The name in its file of a capture; "" for a function that is not from a file.
    pub fn capture_name(&self, index: usize) -> String {
        // SAFETY: a wrong index gives NULL.
        borrowed(unsafe { weft_function_capture_name_at(self.handle, index) })
    }
}
