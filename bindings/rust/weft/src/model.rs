//! `.weft` files: written, loaded and run.

use std::ffi::CString;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use weft_sys::*;

use crate::error::check;
use crate::tensor::{borrowed, c_names, c_path, c_text};
use crate::{Dtype, Element, Error, Function, Result, Status, Tensor};

struct Loaded {
    handle: weft_model,
    // The file's bytes, where the caller gave them; the library reads them in place.
    bytes: Option<Vec<u64>>,
}
// SAFETY: a model never changes, and several threads may make contexts of it and run them.
unsafe impl Send for Loaded {}
unsafe impl Sync for Loaded {}
impl Drop for Loaded {
    fn drop(&mut self) {
        // SAFETY: this object owns one reference; contexts keep what they need.
        unsafe { weft_model_release(self.handle) }
    }
}

/// A loaded file. A clone is the same model; several threads may use it.
#[derive(Clone)]
pub struct Model(Arc<Loaded>);

/// What an input, an output or a state is.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    pub name: String,
    pub dtype: Dtype,
    /// -1 where a dimension is open and has no extent yet.
    pub shape: Vec<i64>,
    /// 0 where the shape is open.
    pub bytes: usize,
}

/// An axis of an input whose extent may differ from run to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    pub axis: i32,
    pub name: String,
}

impl Model {
    pub(crate) fn handle(&self) -> weft_model {
        self.0.handle
    }
    /// Maps a file.
    pub fn load(path: impl AsRef<Path>) -> Result<Model> {
        let path = c_path(path.as_ref())?;
        let mut handle = ptr::null_mut();
        // SAFETY: the path ends with 0, and the handle is written on success.
        check(unsafe { weft_model_load(path.as_ptr(), &mut handle) })?;
        Ok(Model(Arc::new(Loaded { handle, bytes: None })))
    }
    /// Reads a file that is in memory; the bytes are copied. Such a model runs; its weights and
    /// functions could outlive the copy, so for these a file is loaded from its path.
    pub fn frombytes(bytes: &[u8]) -> Result<Model> {
        // Words, because weights in the file are read where they lie.
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        // SAFETY: `words` has room for all bytes.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), words.as_mut_ptr().cast(), bytes.len()) };
        let mut handle = ptr::null_mut();
        check(unsafe { weft_model_load_memory(words.as_ptr().cast(), bytes.len(), &mut handle) })?;
        Ok(Model(Arc::new(Loaded { handle, bytes: Some(words) })))
    }
    /// The names of the entry points.
    pub fn entries(&self) -> Vec<String> {
        let count = unsafe { weft_model_entry_count(self.0.handle) };
        (0..count)
            .map(|i| borrowed(unsafe { weft_model_entry_name_at(self.0.handle, i) }))
            .collect()
    }
    /// Refuses what would keep parts of the caller's bytes alive.
    fn needs_path(&self, function: &str) -> Result<()> {
        if self.0.bytes.is_none() {
            return Ok(());
        }
        let text = format!("Model::{function}: the model is from memory; load it from a path");
        Err(Error::new(Status::Unsupported, text))
    }
    /// The weights by their names.
    pub fn weights(&self) -> Result<Vec<(String, Tensor)>> {
        self.needs_path("weights")?;
        let count = unsafe { weft_model_tensor_count(self.0.handle) };
        let weight = |index| {
            let mut out = ptr::null_mut();
            check(unsafe { weft_model_tensor(self.0.handle, index, &mut out) })?;
            let name = borrowed(unsafe { weft_model_tensor_name_at(self.0.handle, index) });
            Ok((name, Tensor::owned(out)))
        };
        (0..count).map(weight).collect()
    }
    /// A text of the file, such as the classes of a classifier; None for an unknown key.
    pub fn metadata(&self, key: &str) -> Result<Option<String>> {
        let key = c_text(key)?;
        let text = unsafe { weft_model_metadata(self.0.handle, key.as_ptr()) };
        Ok((!text.is_null()).then(|| borrowed(text)))
    }
    /// A context of the entry point "forward".
    pub fn context(&self) -> Result<Context> {
        self.context_of("forward")
    }
    /// A context of an entry point.
    pub fn context_of(&self, entry: &str) -> Result<Context> {
        let entry = c_text(entry)?;
        let mut out = ptr::null_mut();
        check(unsafe {
            weft_context_create(self.0.handle, entry.as_ptr(), ptr::null_mut(), 0, &mut out)
        })?;
        Ok(Context { handle: out, inputs: Vec::new(), _model: self.clone() })
    }
    /// An entry point as a function that can be trained; its captures are the model's weights.
    pub fn function(&self, entry: &str) -> Result<Function> {
        self.needs_path("function")?;
        let entry = c_text(entry)?;
        let mut out = ptr::null_mut();
        check(unsafe { weft_model_function(self.0.handle, entry.as_ptr(), &mut out) })?;
        Ok(Function::owned(out))
    }
}

/// Memory and bindings to run one entry point. One thread at a time uses it: `&mut self` sees to that.
pub struct Context {
    handle: weft_context,
    inputs: Vec<Option<Buffer>>,
    _model: Model,
}
/// An input's copy, which the library reads in every run.
type Buffer = Vec<u64>;

// SAFETY: one thread at a time uses a context, whichever it is.
unsafe impl Send for Context {}

type GetPort = unsafe extern "C" fn(weft_context, usize, *mut weft_port) -> weft_status;

impl Context {
    pub(crate) fn handle(&self) -> weft_context {
        self.handle
    }
    fn port(&self, get: GetPort, index: usize) -> Result<Port> {
        let mut port: weft_port = unsafe { std::mem::zeroed() };
        port.struct_size = std::mem::size_of::<weft_port>();
        // SAFETY: the struct has the size that it says; name and shape are copied at once.
        check(unsafe { get(self.handle, index, &mut port) })?;
        let shape = (0..port.rank as usize).map(|axis| unsafe { *port.shape.add(axis) }).collect();
        let (name, dtype) = (borrowed(port.name), Dtype::of(port.dtype));
        Ok(Port { name, dtype, shape, bytes: port.bytes })
    }
    fn ports(&self, get: GetPort, count: usize) -> Result<Vec<Port>> {
        (0..count).map(|index| self.port(get, index)).collect()
    }
    /// The inputs.
    pub fn inputs(&self) -> Result<Vec<Port>> {
        self.ports(weft_context_get_input, unsafe { weft_context_inputs(self.handle) })
    }
    /// The outputs.
    pub fn outputs(&self) -> Result<Vec<Port>> {
        self.ports(weft_context_get_output, unsafe { weft_context_outputs(self.handle) })
    }
    /// The states, which runs change.
    pub fn states(&self) -> Result<Vec<Port>> {
        self.ports(weft_context_get_state, unsafe { weft_context_states(self.handle) })
    }
    /// The open dimensions of an input.
    pub fn dimensions(&self, input: usize) -> Result<Vec<Dimension>> {
        let rank = self.port(weft_context_get_input, input)?.shape.len() as i32;
        let name = |axis| unsafe { weft_context_dimension_at(self.handle, input, axis) };
        let open = (0..rank).filter(|axis| !name(*axis).is_null());
        Ok(open.map(|axis| Dimension { axis, name: borrowed(name(axis)) }).collect())
    }
    /// Sets the shape of an input with open dimensions.
    pub fn set_input_shape(&mut self, index: usize, shape: &[i64]) -> Result<()> {
        let rank = shape.len() as i32;
        check(unsafe { weft_context_set_input_shape(self.handle, index, shape.as_ptr(), rank) })
    }
    /// Copies elements to an input, for all runs until the next call of this function.
    pub fn set_input<T: Element>(&mut self, index: usize, elements: &[T]) -> Result<()> {
        let port = self.port(weft_context_get_input, index)?;
        refuse::<T>("set_input", &port)?;
        let bytes = std::mem::size_of_val(elements);
        // SAFETY: elements are plain numbers, whose bytes may be read.
        self.bind(index, unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), bytes) })
    }
    fn bind(&mut self, index: usize, bytes: &[u8]) -> Result<()> {
        let mut copy = vec![0u64; bytes.len().div_ceil(8).max(1)];
        // SAFETY: `copy` has room for all bytes, and lives until another one is bound.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), copy.as_mut_ptr().cast(), bytes.len());
            check(weft_context_bind_input(self.handle, index, copy.as_ptr().cast(), bytes.len()))?;
        }
        if self.inputs.len() <= index {
            self.inputs.resize_with(index + 1, || None);
        }
        self.inputs[index] = Some(copy);
        Ok(())
    }
    /// Copies elements of an array to an input; it must have the input's dtype and shape.
    pub fn set_input_array(&mut self, index: usize, array: &Tensor) -> Result<()> {
        let port = self.port(weft_context_get_input, index)?;
        if array.dtype() != port.dtype {
            return Err(wrong_type("set_input_array", &port, array.dtype()));
        }
        self.bind(index, &array.to_bytes()?)
    }
    /// Runs the entry point.
    pub fn run(&mut self) -> Result<()> {
        check(unsafe { weft_context_run(self.handle) })
    }
    /// The elements of an output after a run, where they lie.
    pub fn output<T: Element>(&self, index: usize) -> Result<&[T]> {
        let port = self.port(weft_context_get_output, index)?;
        refuse::<T>("output", &port)?;
        let mut data = ptr::null();
        check(unsafe { weft_context_output_data(self.handle, index, &mut data) })?;
        let count = port.bytes / std::mem::size_of::<T>();
        if count == 0 {
            return Ok(&[]);
        }
        // SAFETY: the address is valid until the next run, which needs `&mut self`.
        Ok(unsafe { std::slice::from_raw_parts(data.cast(), count) })
    }
    /// An output after a run as an array.
    pub fn output_array(&self, index: usize) -> Result<Tensor> {
        let port = self.port(weft_context_get_output, index)?;
        let mut data = ptr::null();
        check(unsafe { weft_context_output_data(self.handle, index, &mut data) })?;
        if port.bytes == 0 {
            return Tensor::zeros(&port.shape, port.dtype);
        }
        // SAFETY: the address has the port's bytes until the next run.
        let bytes = unsafe { std::slice::from_raw_parts(data.cast(), port.bytes) };
        Tensor::from_bytes(port.dtype, &port.shape, bytes)
    }
    /// A state as an array.
    pub fn state_array(&self, index: usize) -> Result<Tensor> {
        let port = self.port(weft_context_get_state, index)?;
        let mut bytes = vec![0u8; port.bytes];
        let place = bytes.as_mut_ptr().cast();
        check(unsafe { weft_context_read_state(self.handle, index, place, port.bytes) })?;
        Tensor::from_bytes(port.dtype, &port.shape, &bytes)
    }
    /// Copies a state.
    pub fn state<T: Element>(&self, index: usize) -> Result<Vec<T>> {
        let port = self.port(weft_context_get_state, index)?;
        refuse::<T>("state", &port)?;
        let mut out = vec![T::default(); port.bytes / std::mem::size_of::<T>()];
        let place = out.as_mut_ptr().cast();
        check(unsafe { weft_context_read_state(self.handle, index, place, port.bytes) })?;
        Ok(out)
    }
    /// Writes a state.
    pub fn set_state<T: Element>(&mut self, index: usize, elements: &[T]) -> Result<()> {
        refuse::<T>("set_state", &self.port(weft_context_get_state, index)?)?;
        let (data, bytes) = (elements.as_ptr().cast(), std::mem::size_of_val(elements));
        check(unsafe { weft_context_write_state(self.handle, index, data, bytes) })
    }
}

/// Refuses a type of Rust that is not that of the port.
fn refuse<T: Element>(function: &str, port: &Port) -> Result<()> {
    if port.dtype == T::DTYPE {
        return Ok(());
    }
    Err(wrong_type(function, port, T::DTYPE))
}

fn wrong_type(function: &str, port: &Port, given: Dtype) -> Error {
    let (name, has) = (&port.name, port.dtype);
    let text = format!("Context::{function}: `{name}` is {has}; got elements of {given}");
    Error::new(Status::InvalidType, text)
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: this object owns the context; its inputs' copies are dropped later.
        unsafe { weft_context_release(self.handle) }
    }
}

/// A file that is being put together.
pub struct Writer {
    handle: weft_writer,
    // Constants that entry points captured; those that share one have one name.
    unnamed: Vec<Tensor>,
}

impl Writer {
    /// An empty file.
    pub fn new() -> Result<Writer> {
        let mut out = ptr::null_mut();
        check(unsafe { weft_writer_create(&mut out) })?;
        Ok(Writer { handle: out, unnamed: Vec::new() })
    }
    /// Adds an entry point, with names for inputs, outputs and the arrays that the function captured;
    /// captures that `weights` does not name are called `constant0` and so on.
    pub fn add(
        &mut self,
        entry: &str,
        function: &Function,
        inputs: &[&str],
        outputs: &[&str],
        weights: &[(&str, &Tensor)],
    ) -> Result<()> {
        let expected = unsafe {
            let handle = function.handle();
            (weft_function_inputs(handle), weft_function_outputs(handle))
        };
        if (inputs.len(), outputs.len()) != expected {
            let text = format!(
                "Writer::add: the function has {} inputs and {} outputs; got {} and {} names",
                expected.0,
                expected.1,
                inputs.len(),
                outputs.len()
            );
            return Err(Error::new(Status::InvalidValue, text));
        }
        let entry = c_text(entry)?;
        let inputs = c_names(inputs.iter().copied())?;
        let outputs = c_names(outputs.iter().copied())?;
        let captures = self.names_of(function, weights)?;
        let pointers = |names: &[CString]| names.iter().map(|n| n.as_ptr()).collect::<Vec<_>>();
        let (inputs, outputs, captures) =
            (pointers(&inputs), pointers(&outputs), pointers(&captures));
        check(unsafe {
            weft_writer_add_entry(
                self.handle,
                entry.as_ptr(),
                function.handle(),
                inputs.as_ptr(),
                outputs.as_ptr(),
                captures.as_ptr(),
            )
        })
    }
    fn names_of(&mut self, function: &Function, known: &[(&str, &Tensor)]) -> Result<Vec<CString>> {
        let name = |capture: &Tensor| {
            if let Some((name, _)) = known.iter().find(|(_, array)| array.is_same(capture)) {
                return c_text(name);
            }
            let place = self.unnamed.iter().position(|array| array.is_same(capture));
            let place = place.unwrap_or_else(|| {
                self.unnamed.push(capture.clone());
                self.unnamed.len() - 1
            });
            c_text(&format!("constant{place}"))
        };
        function.captures().iter().map(name).collect()
    }
    pub(crate) fn handle(&self) -> weft_writer {
        self.handle
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // SAFETY: this object owns the writer.
        unsafe { weft_writer_release(self.handle) }
    }
}
