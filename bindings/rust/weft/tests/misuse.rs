//! What each `misuse` case of bindings/conformance means in Rust. The compiler refuses most of it: an object of
//! another kind, one that was dropped, a number where a text is meant, a fraction where a whole number is, rows
//! in rows; and Rust has no collector.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use weft::{ops, Attribute, Call, Dtype, Function, Model, Result, Tensor, Writer};

const WIDE: &str = "für-😀-𝒙";
const SIX: [f32; 6] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance")
}

fn path_of(name: &str) -> PathBuf {
    folder().join("models").join(name)
}

fn model(name: &str) -> Model {
    Model::load(path_of(name)).unwrap()
}

fn run(model: &Model) -> Vec<f32> {
    let mut context = model.context().unwrap();
    context.set_input(0, &SIX).unwrap();
    context.run().unwrap();
    context.output(0).unwrap().to_vec()
}

/// Asks that a call failed with a text.
fn refuse<T: Debug>(part: &str, done: Result<T>) {
    let text = done.expect_err(part).to_string();
    assert!(text.contains(part), "{text} does not say {part}");
}

fn place() -> PathBuf {
    let place = std::env::temp_dir().join(format!("weft-misuse-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&place); // one that an earlier process left
    std::fs::create_dir(&place).unwrap();
    place
}

fn files(place: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().file_name().to_string_lossy().into_owned()
    };
    std::fs::read_dir(place).unwrap().map(name).collect()
}

fn doubled(x: &Tensor) -> Result<Function> {
    weft::trace(|inputs| Ok(vec![ops::add(&inputs[0], &inputs[0])?]), &[x])
}

#[test]
fn misuse() {
    let all = std::fs::read_to_string(folder().join("cases.txt")).unwrap();
    let names: Vec<_> = all.lines().filter_map(|line| line.strip_prefix("case misuse ")).collect();
    assert!(names.len() > 10);
    for name in names {
        match name {
            // What is not bound to a name is dropped at once, and what is lent outlives the loan.
            "collector" | "released" | "wrong-kind" | "number-as-text" | "cyclic-list"
            | "ragged-list" => (),
            "kept-memory" => kept_memory(),
            "nul-in-text" => nul_in_text(),
            "wide-text" => wide_text(),
            "invalid-text" => invalid_text(),
            "wrong-elements" => wrong_elements(),
            "wide-integers" => wide_integers(),
            "no-integer" => no_integer(),
            "unset-input" => unset_input(),
            _ => panic!("there is no test of {name}"),
        }
    }
}

fn kept_memory() {
    let wanted = run(&model("dense.weft"));
    let mut bytes = std::fs::read(path_of("dense.weft")).unwrap();
    let held = Model::from_bytes(&bytes).unwrap();
    bytes.fill(0);
    let (mut first, mut second) = (held.context().unwrap(), held.context().unwrap());
    let mut numbers = SIX.to_vec();
    let array = Tensor::from_slice(&numbers, &[2, 3]).unwrap();
    first.set_input(0, &numbers).unwrap();
    second.set_input_array(0, &array).unwrap();
    numbers.fill(7.0);
    array.write(7).unwrap();
    drop((bytes, held, numbers, array));
    for context in [&mut first, &mut second] {
        context.run().unwrap();
        assert_eq!(context.output::<f32>(0).unwrap(), wanted);
    }
}

fn nul_in_text() {
    let place = place();
    let (file, x) = (place.join("a"), Tensor::zeros(&[2], Dtype::Float32).unwrap());
    std::fs::write(&file, "untouched").unwrap();
    let cut = PathBuf::from(format!("{}\0b", file.display()));
    let (name, traced, dense) = ("x\0y", doubled(&x).unwrap(), model("dense.weft"));
    let mut writer = Writer::new().unwrap();
    refuse("NUL", Model::load(&cut).map(|_| ()));
    refuse("NUL", Tensor::load(&cut));
    refuse("NUL", Tensor::save(&cut, &[("x", &x)]));
    refuse("NUL", Tensor::save(place.join("n"), &[(name, &x)]));
    refuse("NUL", dense.context_of("forward\0x").map(|_| ()));
    refuse("NUL", dense.metadata(name));
    refuse("NUL", dense.function("forward\0x").map(|_| ()));
    refuse("NUL", dense.context().unwrap().save(&cut));
    refuse("NUL", writer.save(&cut));
    refuse("NUL", writer.set_metadata(name, "a"));
    refuse("NUL", writer.set_metadata("a", name));
    refuse("NUL", writer.add(name, &traced, &["x"], &["y"], &[]));
    refuse("NUL", writer.add("a", &traced, &[name], &["y"], &[]));
    refuse("NUL", traced.text("graph\0"));
    refuse("NUL", Call::new("abs\0x").map(|_| ()));
    refuse("", ops::einsum(&[&x, &x], "i,i->\0"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "untouched");
    assert_eq!(files(&place), ["a"]);
    std::fs::remove_dir_all(place).unwrap();
}

fn wide_text() {
    let place = place();
    let w = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0], &[2, 2]).unwrap();
    let row = Tensor::from_slice(&[1f32, 1.0], &[1, 2]).unwrap();
    let traced = weft::trace(|inputs| Ok(vec![ops::matmul(&inputs[0], &w)?]), &[&row]).unwrap();
    let [input, output, weight, key] =
        ["in", "out", "w", "key"].map(|name| format!("{name}{WIDE}"));
    let (mut writer, file) = (Writer::new().unwrap(), place.join(format!("{WIDE}.weft")));
    writer.add(WIDE, &traced, &[&input], &[&output], &[(&weight, &w)]).unwrap();
    writer.set_metadata(&key, WIDE).unwrap();
    writer.save(&file).unwrap();
    assert_eq!(files(&place), [format!("{WIDE}.weft")]);
    let model = Model::load(&file).unwrap();
    let mut context = model.context_of(WIDE).unwrap();
    assert_eq!(model.entries(), [WIDE]);
    assert_eq!(context.inputs().unwrap()[0].name, input);
    assert_eq!(context.outputs().unwrap()[0].name, output);
    context.set_input_array(0, &row).unwrap();
    context.run().unwrap();
    assert_eq!(context.output::<f32>(0).unwrap(), [4.0, 6.0]);
    assert_eq!(model.metadata(&key).unwrap().as_deref(), Some(WIDE));
    assert_eq!(model.weights().unwrap()[0].0, weight);
    let arrays = place.join(format!("{WIDE}.safetensors"));
    Tensor::save(&arrays, &[(WIDE, &w)]).unwrap();
    assert_eq!(Tensor::load(&arrays).unwrap()[0].0, WIDE);
    refuse(WIDE, Model::load(Path::new("/nowhere").join(WIDE)).map(|_| ()));
    refuse(WIDE, model.context_of(&input).map(|_| ()));
    refuse(WIDE, Call::new(WIDE).map(|_| ()));
    std::fs::remove_dir_all(place).unwrap();
}

/// A text of Rust is Unicode; a path need not be.
fn invalid_text() {
    use std::os::unix::ffi::OsStrExt;
    let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff.weft"));
    refuse("UTF-8", Model::load(path).map(|_| ()));
    refuse("UTF-8", Tensor::load(path));
    refuse("UTF-8", Writer::new().unwrap().save(path));
}

fn wrong_elements() {
    let (dense, counter) = (model("dense.weft"), model("counter.weft"));
    let (mut context, mut states) = (dense.context().unwrap(), counter.context().unwrap());
    let zeros = |shape: &[i64], dtype| Tensor::zeros(shape, dtype).unwrap();
    refuse("float32", context.set_input(0, &[0i32; 6]));
    refuse("", context.set_input(0, &SIX[..5]));
    refuse("", context.set_input(0, &SIX[..0]));
    refuse("int32", context.set_input_array(0, &zeros(&[2, 3], Dtype::Int32)));
    refuse("(2, 3)", context.set_input_array(0, &zeros(&[3, 2], Dtype::Float32)));
    refuse("", context.set_input(9, &SIX));
    refuse("", context.set_input(usize::MAX, &SIX));
    refuse("", context.output::<f32>(7).map(|_| ()));
    refuse("", context.output::<f32>(0).map(|_| ())); // before a run
    refuse("float32", states.set_state(0, &[1i32, 2]));
    refuse("", states.set_state(0, &SIX));
    refuse("4 elements", Tensor::from_slice(&SIX, &[2, 2]));
    refuse("", Tensor::from_slice(&[1f32], &[-1, -1]));
    refuse("", Tensor::from_slice::<f32>(&[], &[1 << 62, 4]));
    refuse("", Tensor::from_bytes(Dtype::Float32, &[i64::MAX, i64::MAX], &[]));
    refuse("12 bytes; got 3", Tensor::from_bytes(Dtype::Float32, &[3], &[1, 2, 3]));
    refuse("int32", zeros(&[2], Dtype::Float32).to_vec::<i32>());
    refuse("", zeros(&[2], Dtype::Float32).read(&mut [0f32; 3]));
    assert!(Tensor::from_slice::<f32>(&[], &[0]).unwrap().to_vec::<f32>().unwrap().is_empty());
    assert_eq!(zeros(&[0, 3], Dtype::Float32).shape(), [0, 3]);
    let turned = ops::transpose(&Tensor::from_slice(&SIX, &[2, 3]).unwrap()).unwrap();
    assert_eq!(turned.to_vec::<f32>().unwrap(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    let bools = Tensor::from_bytes(Dtype::Bool, &[3], &[0, 1, 7]).unwrap();
    assert_eq!(bools.to_bytes().unwrap(), [0, 1, 1]); // no other byte is a bool of Rust
}

fn wide_integers() {
    for number in [9007199254740993, i64::MIN, i64::MAX] {
        let x = Tensor::from_slice(&[number], &[1]).unwrap();
        assert_eq!(x.to_vec::<i64>().unwrap(), [number]);
        let zero = Tensor::zeros(&[1], Dtype::Int64).unwrap();
        assert_eq!(ops::add(&zero, number).unwrap().to_vec::<i64>().unwrap(), [number]);
        zero.write(number).unwrap();
        assert_eq!(zero.to_vec::<i64>().unwrap(), [number]);
        refuse(&number.to_string(), x.item());
    }
    for number in [9007199254740993, u64::MAX] {
        let x = Tensor::from_slice(&[number], &[1]).unwrap();
        assert_eq!(x.to_vec::<u64>().unwrap(), [number]);
        refuse(&number.to_string(), x.item());
    }
    let item = |x: Result<Tensor>| x.unwrap().item().unwrap();
    assert_eq!(item(Tensor::from_slice(&[-(1i64 << 53)], &[])), -9007199254740992.0);
    assert_eq!(item(Tensor::from_slice(&[f64::MAX], &[1])), f64::MAX);
    assert_eq!(item(Tensor::from_slice(&[true], &[1])), 1.0);
    refuse("complex", Tensor::zeros(&[1], Dtype::Complex64).unwrap().item());
}

fn no_integer() {
    let x = Tensor::zeros(&[4], Dtype::Float32).unwrap();
    for wrong in [2.5, f64::NAN, f64::INFINITY] {
        let axis = |name| Call::new(name).unwrap().input(&x);
        refuse(
            "",
            axis("sum").attribute("axis", Attribute::Float(wrong)).and_then(|call| call.all()),
        );
        let shape = axis("reshape").attribute("newshape", Attribute::Float(wrong));
        refuse("", shape.and_then(|call| call.all()));
    }
    refuse("", Tensor::zeros(&[-1], Dtype::Float32));
    refuse("", Tensor::zeros(&[i64::MAX, i64::MAX], Dtype::Float32));
    refuse("", x.slice(0, i64::MIN, i64::MAX));
    refuse("", weft::set_num_threads(-1));
}

/// Inputs are bound for all runs until they are bound again.
fn unset_input() {
    let dense = model("dense.weft");
    let mut context = dense.context().unwrap();
    refuse("`x`", context.run());
    context.set_input(0, &SIX).unwrap();
    context.run().unwrap();
    context.run().unwrap();
    assert_eq!(context.output::<f32>(0).unwrap(), run(&dense));
}
