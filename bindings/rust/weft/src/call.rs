//! Calls of operators: arguments as tagged values, and the operator by its name.

use std::borrow::Cow;
use std::ffi::CStr;
use std::sync::OnceLock;

use weft_sys::*;

use crate::error::{check, made, refuse};
use crate::tensor::{filled, handles};
use crate::{Attribute, Dtype, Result, Status, Tensor};

/// An input of an operator: an array, or a number that takes the dtype of the arrays beside it.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    Array(&'a Tensor),
    Int(i64),
    Float(f64),
    Bool(bool),
}

impl<'a> From<&'a Tensor> for Input<'a> {
    fn from(array: &'a Tensor) -> Self {
        Input::Array(array)
    }
}
macro_rules! numbers {
    ($($rust:ty => $kind:ident),*) => {
        $(
            impl From<$rust> for Input<'_> {
                fn from(number: $rust) -> Self {
                    Input::$kind(number.into())
                }
            }
        )*
    };
}
numbers! { i32 => Int, i64 => Int, f32 => Float, f64 => Float, bool => Bool }

/// An attribute that may be left out: the operator's own default, none on purpose, or a value.
#[derive(Clone, Debug, Default)]
pub enum Given<T> {
    #[default]
    Default,
    None,
    Value(T),
}

impl<T> From<T> for Given<T> {
    fn from(value: T) -> Self {
        Given::Value(value)
    }
}
impl From<&str> for Given<String> {
    fn from(text: &str) -> Self {
        Given::Value(text.to_string())
    }
}
impl<const N: usize> From<[i64; N]> for Given<Vec<i64>> {
    fn from(numbers: [i64; N]) -> Self {
        Given::Value(numbers.to_vec())
    }
}

/// An operator, which is looked up at its first call.
pub struct Operator {
    name: Cow<'static, CStr>,
    found: OnceLock<Handle>,
}

#[derive(Clone, Copy)]
struct Handle(weft_op);
// SAFETY: an operator never changes and lives as long as the library.
unsafe impl Send for Handle {}
unsafe impl Sync for Handle {}

impl Operator {
    /// An operator by its name; an unknown name is an error of the first call.
    pub const fn new(name: &'static CStr) -> Operator {
        Operator { name: Cow::Borrowed(name), found: OnceLock::new() }
    }
    fn handle(&self) -> Result<weft_op> {
        if let Some(found) = self.found.get() {
            return Ok(found.0);
        }
        // SAFETY: the name ends with 0, and the handle is written on success.
        let op = made(|out| unsafe { weft_op_find(self.name.as_ptr(), out) })?;
        Ok(self.found.get_or_init(|| Handle(op)).0)
    }
}

/// The arguments of one call, in the order of the operator's schema.
///
/// ```
/// use weft::{Arguments, Operator, Tensor};
///
/// static ADD: Operator = Operator::new(c"add");
/// let x = Tensor::from_slice(&[1f32, 2.0], &[2])?;
/// let mut arguments = Arguments::new();
/// arguments.input((&x).into());
/// arguments.input(1.into());
/// assert_eq!(arguments.one(&ADD)?.to_vec::<f32>()?, [2.0, 3.0]);
/// # Ok::<(), weft::Error>(())
/// ```
pub struct Arguments<'a> {
    values: [weft_value; MOST],
    count: usize,
    lists: Vec<Vec<weft_tensor>>,
    lent: std::marker::PhantomData<&'a Tensor>,
}

/// No operator has more arguments.
const MOST: usize = 32;
const ABSENT: weft_value =
    weft_value { tag: WEFT_TAG_DEFAULT as u32, count: 0, r#as: weft_value_as { integer: 0 } };

impl Default for Arguments<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Arguments<'a> {
    /// No arguments yet.
    pub fn new() -> Self {
        let lent = std::marker::PhantomData;
        Arguments { values: [ABSENT; MOST], count: 0, lists: Vec::new(), lent }
    }
    fn push(&mut self, tag: i32, count: usize, content: weft_value_as) {
        assert!(self.count < MOST, "an operator has at most {MOST} arguments");
        self.values[self.count] =
            weft_value { tag: tag as u32, count: count as u32, r#as: content };
        self.count += 1;
    }
    /// Adds an input.
    pub fn input(&mut self, input: Input<'a>) {
        match input {
            Input::Array(x) => self.push(WEFT_TAG_TENSOR, 0, weft_value_as { tensor: x.handle() }),
            Input::Int(number) => self.int(number),
            Input::Float(number) => self.float(number),
            Input::Bool(choice) => self.bool(choice),
        }
    }
    /// Adds an input that may be left out.
    pub fn optional(&mut self, input: Option<Input<'a>>) {
        match input {
            Some(x) => self.input(x),
            None => self.left_out(),
        }
    }
    /// Adds a list of arrays.
    pub fn tensors(&mut self, list: &[&'a Tensor]) {
        // The list on the heap stays where it is when `lists` grows.
        self.lists.push(handles(list));
        let handles = self.lists[self.lists.len() - 1].as_ptr();
        self.push(WEFT_TAG_TENSORS, list.len(), weft_value_as { tensors: handles });
    }
    /// Adds a whole number.
    pub fn int(&mut self, number: i64) {
        self.push(WEFT_TAG_INT, 0, weft_value_as { integer: number });
    }
    /// Adds a number.
    pub fn float(&mut self, number: f64) {
        self.push(WEFT_TAG_FLOAT, 0, weft_value_as { real: number });
    }
    /// Adds a choice.
    pub fn bool(&mut self, choice: bool) {
        self.push(WEFT_TAG_BOOL, 0, weft_value_as { integer: choice.into() });
    }
    /// Adds a dtype.
    pub fn dtype(&mut self, dtype: Dtype) {
        self.push(WEFT_TAG_DTYPE, 0, weft_value_as { integer: dtype as i64 });
    }
    /// Adds a text.
    pub fn string(&mut self, text: &'a str) {
        self.push(WEFT_TAG_STRING, text.len(), weft_value_as { text: text.as_ptr().cast() });
    }
    /// Adds whole numbers.
    pub fn ints(&mut self, numbers: &'a [i64]) {
        self.push(WEFT_TAG_INTS, numbers.len(), weft_value_as { ints: numbers.as_ptr() });
    }
    /// Leaves an argument out.
    pub fn left_out(&mut self) {
        self.push(WEFT_TAG_DEFAULT, 0, weft_value_as { integer: 0 });
    }
    /// Says that an attribute is none on purpose.
    pub fn none(&mut self) {
        self.push(WEFT_TAG_NONE, 0, weft_value_as { integer: 0 });
    }
    /// The first value, where C takes one alone.
    pub(crate) fn first(&self) -> *const weft_value {
        &self.values[0]
    }
    pub(crate) fn given<T>(&mut self, given: &'a Given<T>, add: impl FnOnce(&mut Self, &'a T)) {
        match given {
            Given::Default => self.left_out(),
            Given::None => self.none(),
            Given::Value(value) => add(self, value),
        }
    }
    /// Calls an operator that has one result.
    pub fn one(&self, operator: &Operator) -> Result<Tensor> {
        let mut out: weft_tensor = std::ptr::null_mut();
        self.invoke(operator, std::slice::from_mut(&mut out))?;
        Ok(Tensor::owned(out))
    }
    /// Calls an operator and gives all results.
    pub fn all(&self, operator: &Operator) -> Result<Vec<Tensor>> {
        let (op, values) = (operator.handle()?, self.values.as_ptr());
        // SAFETY: the values live as long as these calls.
        let count = made(|out| unsafe { weft_op_count_outputs(op, values, self.count, out) })?;
        filled(count, |outs| unsafe { weft_invoke(op, values, self.count, outs, count) })
    }
    /// Writes the results into these arrays: updates of weights.
    pub fn write_into(&self, operator: &Operator, outs: &[&Tensor]) -> Result<()> {
        self.invoke(operator, &mut handles(outs))
    }
    fn invoke(&self, operator: &Operator, outs: &mut [weft_tensor]) -> Result<()> {
        let op = operator.handle()?;
        let (values, count) = (self.values.as_ptr(), self.count);
        // SAFETY: what the values point at is lent for 'a, which this call does not outlive.
        check(unsafe { weft_invoke(op, values, count, outs.as_mut_ptr(), outs.len()) })
    }
}

/// A call of any operator, registered ones too, with attributes by name.
///
/// ```
/// use weft::{Attribute, Call, Tensor};
/// let x = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0], &[2, 2])?;
/// let sums = Call::new("sum")?.input(&x).attribute("axis", Attribute::Int(0))?.all()?;
/// assert_eq!(sums[0].to_vec::<f32>()?, [4.0, 6.0]);
/// # Ok::<(), weft::Error>(())
/// ```
pub struct Call<'a> {
    operator: Operator,
    info: weft_op_info,
    inputs: Vec<Option<Input<'a>>>,
    list: Option<Vec<&'a Tensor>>,
    attributes: Vec<(usize, Attribute)>,
}

impl<'a> Call<'a> {
    /// Looks the operator up; an error names one that does not exist.
    pub fn new(name: &str) -> Result<Call<'a>> {
        let name = crate::wrappers::c_text(name)?;
        let operator = Operator { name: Cow::Owned(name), found: OnceLock::new() };
        // SAFETY: the struct has the size that it says; texts live as long as the library.
        let mut info: weft_op_info = unsafe { std::mem::zeroed() };
        info.struct_size = std::mem::size_of::<weft_op_info>();
        check(unsafe { weft_op_get_info(operator.handle()?, &mut info) })?;
        Ok(Call { operator, info, inputs: Vec::new(), list: None, attributes: Vec::new() })
    }
    /// Adds an input.
    pub fn input(mut self, input: impl Into<Input<'a>>) -> Self {
        self.inputs.push(Some(input.into()));
        self
    }
    /// Leaves an input out.
    pub fn absent(mut self) -> Self {
        self.inputs.push(None);
        self
    }
    /// Adds a list of arrays, which is the last input.
    pub fn list(mut self, arrays: &[&'a Tensor]) -> Self {
        self.list = Some(arrays.to_vec());
        self
    }
    /// Sets an attribute; an error names an unknown one and those that there are.
    pub fn attribute(mut self, name: &str, value: Attribute) -> Result<Self> {
        let (first, count) = (self.info.inputs as usize, self.info.attributes as usize);
        // SAFETY: there are as many arguments as the operator says, with names that live as long.
        let name_at = |i| unsafe { CStr::from_ptr((*self.info.arguments.add(i)).name) };
        let is_named = |i: &usize| name_at(*i).to_bytes() == name.as_bytes();
        let Some(place) = (first..first + count).find(is_named) else {
            let known: Vec<_> =
                (first..first + count).map(|i| name_at(i).to_string_lossy()).collect();
            let known = if known.is_empty() { "none".into() } else { known.join(", ") };
            let speaker = self.operator.name.to_string_lossy();
            let text = format!("{speaker}: there is no attribute `{name}`; there are: {known}");
            return refuse(Status::InvalidType, text);
        };
        self.attributes.push((place, value));
        Ok(self)
    }
    fn arguments(&self) -> Arguments<'_> {
        let mut all = Arguments::new();
        self.inputs.iter().for_each(|input| all.optional(*input));
        if let Some(list) = &self.list {
            all.tensors(list);
        }
        (all.count..self.info.inputs as usize).for_each(|_| all.left_out());
        let mut sorted: Vec<_> = self.attributes.iter().collect();
        sorted.sort_by_key(|(place, _)| *place);
        for (place, value) in sorted {
            (all.count..*place).for_each(|_| all.left_out());
            all.attribute(value);
        }
        all
    }
    /// Calls the operator and gives all results.
    pub fn all(&self) -> Result<Vec<Tensor>> {
        self.arguments().all(&self.operator)
    }
    /// Writes the results into these arrays.
    pub fn write_into(&self, outs: &[&Tensor]) -> Result<()> {
        self.arguments().write_into(&self.operator, outs)
    }
}
