//! All cases of bindings/conformance, then what cases cannot say: threads, and that nothing leaks.

use std::path::{Path, PathBuf};

use weft::{Attribute, Call, Context, Dim, Dtype, Error, Model, Result, Tensor, Writer};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance")
}

fn numbers(word: &str) -> Vec<i64> {
    match word {
        "-" => Vec::new(),
        _ => word.split(',').map(|number| number.parse().unwrap()).collect(),
    }
}

fn text(word: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), word.as_bytes());
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            out.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(out).unwrap()
}

fn bytes(word: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&word[at..at + 2], 16).unwrap();
    if word == "-" {
        Vec::new()
    } else {
        (0..word.len()).step_by(2).map(digit).collect()
    }
}

fn array(words: &[&str]) -> Tensor {
    let dtype = Dtype::named(words[0]).unwrap();
    Tensor::from_bytes(dtype, &numbers(words[1]), &bytes(words[2])).unwrap()
}

/// The elements as float64, for tolerances.
fn reals(x: &Tensor) -> Vec<f64> {
    let as_f64 = |x: &Tensor| weft::ops::cast(x, Dtype::Float64).unwrap();
    match x.dtype() {
        Dtype::Complex64 | Dtype::Complex128 => {
            let parts = ["real_part", "imaginary_part"]
                .map(|name| Call::new(name).unwrap().input(x).all().unwrap().remove(0));
            parts.iter().flat_map(|part| as_f64(part).to_vec::<f64>().unwrap()).collect()
        }
        _ => as_f64(x).to_vec().unwrap(),
    }
}

/// Compares an array with `DTYPE SHAPE TOLERANCE HEX`.
fn expect(what: &str, found: &Tensor, words: &[&str]) {
    let tolerance: f64 = words[2].parse().unwrap();
    assert_eq!(found.dtype().name(), words[0], "{what}");
    assert_eq!(found.shape(), numbers(words[1]), "{what}");
    if tolerance == 0.0 {
        assert_eq!(found.to_bytes().unwrap(), bytes(words[3]), "{what}");
        return;
    }
    let wanted = reals(&array(&[words[0], words[1], words[3]]));
    for (x, y) in reals(found).into_iter().zip(wanted) {
        let near = (x - y).abs() <= tolerance + tolerance * y.abs();
        assert!(near || x == y || (x.is_nan() && y.is_nan()), "{what}: {x} is not {y}");
    }
}

fn attribute(words: &[&str]) -> Attribute {
    match words[0] {
        "int" => Attribute::Int(words[1].parse().unwrap()),
        "float" => Attribute::Float(words[1].parse().unwrap()),
        "bool" => Attribute::Bool(words[1] == "1"),
        "string" => Attribute::String(if words[1] == "-" { String::new() } else { text(words[1]) }),
        "ints" => Attribute::Ints(numbers(words[1])),
        "dtype" => Attribute::Dtype(Dtype::named(words[1]).unwrap()),
        "none" => Attribute::None,
        other => panic!("there is no kind `{other}`"),
    }
}

struct Case<'a> {
    kind: &'a str,
    name: &'a str,
    lines: Vec<Vec<&'a str>>,
}

fn cases(all: &str) -> Vec<Case<'_>> {
    let mut out: Vec<Case> = Vec::new();
    for line in all.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<_> = line.split(' ').collect();
        match words[0] {
            "case" => out.push(Case { kind: words[1], name: words[2], lines: Vec::new() }),
            "end" => (),
            _ => out.last_mut().unwrap().lines.push(words),
        }
    }
    out
}

impl Case<'_> {
    fn lines(&self, word: &str) -> impl Iterator<Item = &[&str]> {
        let word = word.to_string();
        self.lines.iter().filter(move |line| line[0] == word).map(|line| &line[1..])
    }

    /// Calls the operator; gives its results and the leaves.
    fn call(&self) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
        let is_array = |line: &&Vec<&str>| line[0] == "array" || line[0] == "leaf";
        let arrays: Vec<_> = self.lines.iter().filter(is_array).map(|l| array(&l[1..])).collect();
        let mut leaves = Vec::new();
        let mut call = Call::new(self.lines("call").next().unwrap()[0])?;
        let (mut next, mut listed) = (arrays.iter(), None);
        for line in &self.lines {
            match line[0] {
                "list" => listed = Some(Vec::new()),
                "absent" => call = call.absent(),
                "array" | "leaf" => {
                    let x = next.next().unwrap();
                    if line[0] == "leaf" {
                        x.attach_grad()?;
                        leaves.push(x.clone());
                    }
                    match &mut listed {
                        Some(list) => list.push(x),
                        None => call = call.input(x),
                    }
                }
                "attribute" => call = call.attribute(line[1], attribute(&line[2..]))?,
                _ => (),
            }
        }
        if let Some(list) = listed {
            call = call.list(&list);
        }
        let _recording = (self.kind == "gradient").then(weft::record);
        Ok((call.all()?, leaves))
    }

    fn run_model(&self) -> Result<()> {
        let mut context: Option<Context> = None;
        for line in &self.lines {
            if line[0] == "model" {
                let path = folder().join("models").join(line[1]);
                let from_memory = || Model::from_bytes(&std::fs::read(&path).unwrap());
                let is_mapped = self.kind != "memory";
                let model = if is_mapped { Model::load(&path)? } else { from_memory()? };
                context = Some(model.context_of(line[2])?);
                continue;
            }
            let context = context.as_mut().unwrap();
            let index = || line[1].parse().unwrap();
            match line[0] {
                "shape" => context.set_input_shape(index(), &numbers(line[2]))?,
                "input" => context.set_input_array(index(), &array(&line[2..]))?,
                "flat" => context.set_input(index(), &array(&line[2..]).to_vec::<f32>()?)?,
                "run" => context.run()?,
                "reset" => context.reset()?,
                "output" => expect(self.name, &context.output_array(index())?, &line[2..]),
                "state" => expect(self.name, &context.state_array(index())?, &line[2..]),
                _ => (),
            }
        }
        Ok(())
    }

    fn refused(&self, error: Error) {
        let status: i32 = self.lines("status").next().unwrap()[0].parse().unwrap();
        assert_eq!(error.status().code(), status, "{}: {error}", self.name);
        for words in self.lines("says") {
            assert!(error.message().contains(&text(words[0])), "{}: {error}", self.name);
        }
    }

    fn check(&self) {
        match self.kind {
            "model" | "shaped" => {
                self.run_model().unwrap_or_else(|error| panic!("{}: {error}", self.name))
            }
            "memory" if self.lines("status").next().is_none() => {
                self.run_model().unwrap_or_else(|error| panic!("{}: {error}", self.name))
            }
            "refusal" | "misshapen" | "memory" => {
                self.refused(self.run_model().expect_err(self.name))
            }
            "failure" => self.refused(self.call().map(|_| ()).expect_err(self.name)),
            "misuse" => (), // misuse.rs runs them
            _ => {
                let called = self.call().unwrap_or_else(|error| panic!("{}: {error}", self.name));
                let (results, leaves) = called;
                for (found, words) in results.iter().zip(self.lines("result")) {
                    expect(self.name, found, words);
                }
                if self.kind == "gradient" {
                    weft::backward(&[&results[0]]).unwrap();
                    for (leaf, words) in leaves.iter().zip(self.lines("gradient")) {
                        expect(self.name, &leaf.grad().unwrap().unwrap(), words);
                    }
                }
            }
        }
    }
}

#[test]
fn all_cases() {
    let all = std::fs::read_to_string(folder().join("cases.txt")).unwrap();
    let cases = cases(&all);
    assert!(cases.len() > 500);
    let fails = |case: &&Case| {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case.check())).is_err()
    };
    let failed: Vec<_> = cases.iter().filter(fails).map(|case| case.name).collect();
    assert!(failed.is_empty(), "{} of {} fail: {failed:?}", failed.len(), cases.len());
}

#[test]
fn weights_and_contexts_outlive_a_model_from_memory() {
    let path = folder().join("models/dense.weft");
    let (mapped, model) =
        (Model::load(&path).unwrap(), Model::from_bytes(&std::fs::read(&path).unwrap()).unwrap());
    let (mut context, weights) = (model.context().unwrap(), model.weights().unwrap());
    assert!(model.function("forward").is_err());
    drop(model);
    let mut wanted = mapped.context().unwrap();
    for one in [&mut context, &mut wanted] {
        one.set_input(0, &[0f32, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        one.run().unwrap();
    }
    assert_eq!(context.output::<f32>(0).unwrap(), wanted.output::<f32>(0).unwrap());
    let bytes = |all: Vec<(String, Tensor)>| -> Vec<_> {
        all.into_iter().map(|(name, x)| (name, x.to_bytes().unwrap())).collect()
    };
    assert_eq!(bytes(weights), bytes(mapped.weights().unwrap()));
}

/// One trace for batches of any size gives what the operators give, in a file, too.
#[test]
fn open_dimensions() -> Result<()> {
    let zeros = |batch| {
        Ok::<_, Error>((
            Tensor::zeros(&[batch, 3], Dtype::Float32)?,
            Tensor::zeros(&[batch, 2], Dtype::Float32)?,
        ))
    };
    let w = Tensor::from_slice(&[1f32, -2.0, 3.0, 0.5, 2.0, -1.0], &[3, 2])?;
    let body = |inputs: &[Tensor]| {
        let y = weft::ops::matmul(&inputs[0], &w)? + &inputs[1];
        Ok(vec![weft::ops::softmax(&y)?, y.reshape(&[2 * inputs[0].shape()[0]])?])
    };
    let (x, bias) = zeros(4)?;
    let batch = Dim::new("batch").within(1, 64).at(0, 0).at(1, 0);
    let traced = weft::trace_dynamic(body, &[batch], &[&x, &bias])?;
    let path = std::env::temp_dir().join(format!("open{}.weft", std::process::id()));
    let mut writer = Writer::new()?;
    writer.add("forward", &traced, &["x", "bias"], &["scores", "flat"], &[("w", &w)])?;
    writer.save(&path)?;
    let mut context = Model::load(&path)?.context()?;
    std::fs::remove_file(&path).unwrap();
    assert_eq!(context.inputs()?[0].shape, [-1, 3]);
    for rows in [1, 5] {
        let (x, bias) = (weft::ops::uniform(&[rows, 3], Dtype::Float32)?, zeros(rows)?.1);
        let found = traced.call(&[&x, &bias])?;
        context.set_input_array(0, &x)?;
        context.set_input_array(1, &bias)?;
        context.run()?;
        for (index, wanted) in body(&[x.clone(), bias.clone()])?.iter().enumerate() {
            for one in [&found[index], &context.output_array(index)?] {
                assert_eq!(one.shape(), wanted.shape());
                let (a, b) = (one.to_vec::<f32>()?, wanted.to_vec::<f32>()?);
                assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-6), "{a:?} is not {b:?}");
            }
        }
    }
    let says = |result: Result<()>, text: &str| {
        let error = result.expect_err(text);
        assert!(error.message().contains(text), "{error}");
    };
    let (a, b) = zeros(65)?;
    says(traced.call(&[&a, &b]).map(|_| ()), "batch");
    let refused = |dim: Dim| weft::trace_dynamic(body, &[dim], &[&a, &b]).map(|_| ());
    says(refused(Dim::new("n").at(0, 7)), "axis 7 of input 0");
    says(refused(Dim::new("n").within(1, 6).at(0, 0)), "at least 6 extents");
    Ok(())
}

#[test]
fn threads_share_a_model() {
    let model = Model::load(folder().join("models/dense.weft")).unwrap();
    let input: Vec<f32> = (0..6).map(|i| i as f32).collect();
    let run = |model: &Model| {
        let mut context = model.context().unwrap();
        context.set_input(0, &input).unwrap();
        context.run().unwrap();
        context.output::<f32>(0).unwrap().to_vec()
    };
    let wanted = run(&model);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..100).for_each(|_| assert_eq!(run(&model), wanted)));
        }
    });
}

#[test]
fn small_arrays_are_printed() {
    let shown = |x: Tensor| format!("{x:?}");
    let column = Tensor::from_slice(&[0.5f32, 2.0], &[2, 1]).unwrap();
    assert_eq!(shown(column), "Tensor(float32, [2, 1], [0.5, 2.0])");
    assert_eq!(
        shown(Tensor::from_slice(&[1i64, -2], &[2]).unwrap()),
        "Tensor(int64, [2], [1, -2])"
    );
    assert_eq!(shown(Tensor::zeros(&[101], Dtype::Float32).unwrap()), "Tensor(float32, [101])");
    assert_eq!(shown(Tensor::zeros(&[1], Dtype::Float16).unwrap()), "Tensor(float16, [1])");
}

#[test]
fn nothing_leaks() {
    let step = || {
        let x = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0], &[4]).unwrap();
        &(&x + &x) * 2
    };
    step();
    let once = std::hint::black_box(weft::live_bytes().unwrap());
    for _ in 0..100_000 {
        std::hint::black_box(step());
    }
    // Other tests of this program hold arrays meanwhile; a leak would be 100,000 arrays.
    assert!(weft::live_bytes().unwrap() - once < 1 << 20);
}

#[test]
fn dlpack_shares_memory() {
    let x = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3]).unwrap();
    let given = x.to_dlpack().unwrap();
    let seen = &given.tensor;
    assert_eq!((given.major, seen.ndim, seen.code, seen.bits), (1, 2, 2, 32));
    assert_eq!(unsafe { std::slice::from_raw_parts(seen.shape, 2) }, [2, 3]);
    let start = unsafe { seen.data.cast::<u8>().add(seen.byte_offset as usize) };
    let elements = unsafe { std::slice::from_raw_parts_mut(start.cast::<f32>(), 6) };
    elements[5] = 60.0;
    let back = Tensor::from_dlpack(given).unwrap();
    drop(x);
    assert_eq!((&back + 1).to_vec::<f32>().unwrap(), [2.0, 3.0, 4.0, 5.0, 6.0, 61.0]);
}

/// An array of this program, which counts how often it is given back.
#[test]
fn dlpack_gives_memory_back() {
    use weft::dlpack::{DlManaged, DlTensor, Dlpack};
    unsafe extern "C" fn count(managed: *mut DlManaged) {
        *(*managed).context.cast::<i32>() += 1;
    }
    let (mut elements, mut shape, mut returned) = ([1f64, 2.0], [2i64], 0);
    let tensor = DlTensor {
        data: elements.as_mut_ptr().cast(),
        device_type: 1,
        device_id: 0,
        ndim: 1,
        code: 2,
        bits: 64,
        lanes: 1,
        shape: shape.as_mut_ptr(),
        strides: std::ptr::null_mut(),
        byte_offset: 0,
    };
    let context = std::ptr::addr_of_mut!(returned).cast();
    let mut managed =
        DlManaged { major: 1, minor: 0, context, deleter: Some(count), flags: 0, tensor };
    let x = Tensor::from_dlpack(unsafe { Dlpack::from_raw(&mut managed) }).unwrap();
    assert_eq!((&x * 2).to_vec::<f64>().unwrap(), [2.0, 4.0]);
    drop(x);
    assert_eq!(returned, 1);
    managed.tensor.bits = 7;
    assert!(Tensor::from_dlpack(unsafe { Dlpack::from_raw(&mut managed) }).is_err());
    assert_eq!(returned, 2);
}
