// What each `misuse` case of bindings/conformance means in Node. Those of `shared` are for models alone, and
// are run for the package for browsers, too.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { models } from "./models.js";

const WIDE = "für-😀-𝒙", HALF = "a\ud83d", DENSE = `${models}dense.weft`;
const x = Float32Array.of(-2, -1, 0, 1, 2, 3), y = Float32Array.of(-10, 13, -30, -15); // of dense.weft
const X = [[0, 1, 2], [3, 4, 5]];
const place = () => mkdtempSync(join(tmpdir(), "weft-"));
/** Asks that each call fails with an error of JavaScript, whose text has a part. */
const refuse = (part, ...calls) => {
  for (const call of calls) assert.throws(call, (error) => error instanceof Error && part.test(error.message), `${call}`);
};
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

/** A file whose names are all wide. */
function wideFile(weft, folder) {
  const w = weft.tensor([[1, 2], [3, 4]]), path = join(folder, `${WIDE}.weft`);
  const traced = weft.trace((given) => given.matmul(w), weft.zeros([1, 2]));
  new weft.Writer().add(WIDE, traced, [`in${WIDE}`], [`out${WIDE}`], { [`w${WIDE}`]: w }).setMetadata(`key${WIDE}`, WIDE).save(path);
  return path;
}

export const shared = {
  async "unset-input"({ load }) {
    const model = await load(DENSE);
    const wrong = /must have all inputs; `x` is missing; got none/;
    for (let i = 0; i < 2; i++) {
      await assert.rejects(async () => model.run({}), wrong);
      await assert.rejects(async () => model.run(), wrong);
      assert.deepEqual(await model.run({ x }), { output: y });
    }
    const context = await model.context();
    await assert.rejects(async () => context.run({}), wrong);
    await assert.rejects(async () => context.run(), { code: "INVALID_STATE", message: /`x`/ }); // nothing is bound
    await context.run({ x });
    assert.deepEqual(await context.run(), { output: y }); // which says: as before
    await model.close();
  },
  async "number-as-text"({ load }) {
    const model = await load(DENSE);
    for (const wrong of [42, null, [1], true, {}]) {
      await assert.rejects(async () => load(wrong), TypeError);
      await assert.rejects(async () => model.context(wrong), TypeError);
      await assert.rejects(async () => model.metadata(wrong), TypeError);
    }
    await model.close();
  },
  async "nul-in-text"({ load }) {
    const model = await load(DENSE);
    await assert.rejects(async () => load(`${DENSE}\0b`), Error);
    await assert.rejects(async () => model.context("forward\0x"), /NUL/);
    await assert.rejects(async () => model.metadata("a\0b"), /NUL/);
    await model.close();
  },
  async "wide-text"({ load }) {
    const path = join(place(), `${WIDE}.weft`);
    copyFileSync(DENSE, path);
    const model = await load(path);
    assert.deepEqual(await model.run({ x }), { output: y });
    await assert.rejects(async () => model.context(WIDE), (error) => error.message.includes(WIDE));
    await assert.rejects(load(`/nowhere/${WIDE}`), /nowhere/);
    await model.close();
  },
  async "invalid-text"({ load }) {
    const model = await load(DENSE);
    await assert.rejects(async () => model.context(HALF), /halves/);
    await assert.rejects(async () => model.metadata(HALF), /halves/);
    await model.close();
  },
  async "wrong-elements"({ load }) {
    const model = await load(DENSE), counter = await (await load(`${models}counter.weft`)).context();
    const refuses = async (inputs) => assert.rejects(async () => model.run(inputs), Error);
    for (const wrong of [new Int32Array(6), new Float32Array(5), new Float32Array(0), [1, 2, 3], null, "abc", new DataView(new ArrayBuffer(24))]) {
      await refuses({ x: wrong });
      await refuses({ x: { data: wrong, shape: [2, 3] } });
    }
    await refuses({ x: { data: x, shape: [3, 2] } });
    await refuses({ x: { data: x, shape: [-2, -3] } });
    await refuses({ [-1]: x });
    await refuses({ 9: x });
    await assert.rejects(async () => counter.setState(0, new Int32Array(2)), TypeError);
    await assert.rejects(async () => counter.setState(0, new Float32Array(3)), Error);
    const part = new Float32Array([9, ...x]).subarray(1); // begins inside of its memory
    assert.deepEqual(await model.run({ x: part }), { output: y });
    await model.close();
  },
  async released({ load }) {
    const model = await load(DENSE), context = await model.context();
    await model.close();
    await model.close();
    for (const use of [() => model.run({ x }), () => model.context(), () => model.metadata("k"), () => context.run({ x }), () => context.reset(), () => context.state(0)])
      await assert.rejects(async () => use(), { code: "INVALID_STATE" });
  },
  async "kept-memory"({ load }) {
    const bytes = new Uint8Array(readFileSync(DENSE)), model = await load(bytes), context = await model.context();
    bytes.fill(0);
    const given = x.slice();
    await context.run({ x: given });
    given.fill(7);
    structuredClone(given, { transfer: [given.buffer] });
    assert.deepEqual(await context.run(), { output: y });
    await model.close();
  },
};

export const own = {
  async collector(weft) {
    const { ops, tensor, zeros } = weft, a = tensor([[1, 2], [3, 4]]);
    const model = await weft.load(DENSE);
    for (let i = 0; i < 20; i++) {
      collect();
      assert.deepEqual(ops.reshape(a, [4, 1]).toArray(), [[1], [2], [3], [4]]);
      assert.deepEqual(ops.einsum([a, a], "ij,jk->ik").toArray(), [[7, 10], [15, 22]]);
      assert.deepEqual(ops.concatenate([a, zeros([2, 2])], { axis: 1 }).toArray(), [[1, 2, 0, 0], [3, 4, 0, 0]]);
      const running = model.context().runAsync({ x }); // nobody has the context
      collect();
      assert.deepEqual(await running, { output: y });
      const leaf = tensor([1, 2]).attachGrad();
      const head = weft.record(() => leaf.mul(leaf).sum());
      collect();
      head.backward();
      assert.deepEqual(leaf.grad.toArray(), [2, 4]);
    }
    const input = model.context().input(); // nobody has the context
    collect();
    input.fill(1); // its memory lives as long as the array
  },
  released(weft) {
    const { ops, tensor, zeros } = weft, a = tensor([1, 2]).attachGrad();
    const free = zeros([2]), traced = weft.trace((given) => given.add(given), free);
    a.dispose();
    a.dispose();
    const uses = [
      () => a.add(1), () => a.add(a), () => a.toArray(), () => a.dtype, () => a.shape, () => a.size, () => a.item(), () => a.grad, () => a.data(),
      () => a.backward(), () => a.isSame(a), () => free.isSame(a), () => a.detach(), () => a.wait(), () => a.attachGrad(), () => a.write(1), () => free.write(a),
      () => ops.concatenate([a, a]), () => weft.grad(a, [a]), () => weft.backward(a), () => weft.saveTensors("/nowhere", { a }), () => weft.trace((b) => b, a),
      () => traced.call(a), () => weft.call("abs", [free], {}, [a]), () => a.reshape(2), () => a.slice(0, 1),
    ];
    for (const use of uses) assert.throws(use, { name: "WeftError", code: "INVALID_STATE" }, `${use}`);
  },
  "wrong-kind"(weft) {
    const { ops, tensor } = weft, a = tensor([1, 2]), traced = weft.trace((b) => b.add(b), a);
    for (const wrong of [7, null, "x", {}, traced, Object.create(weft.Tensor.prototype), { handle: traced.handle }])
      refuse(/./, () => a.isSame(wrong), () => weft.grad(a, [wrong]), () => weft.grad(wrong, [a]), () => weft.backward(wrong),
        () => weft.saveTensors("/nowhere", { a: wrong }), () => weft.trace((b) => b, wrong), () => weft.trace(() => wrong, a), () => traced.call(wrong),
        () => ops.concatenate([a, wrong]), () => weft.call("abs", [a], {}, [wrong]), () => new weft.Tensor(wrong), () => weft.tensor([wrong]).add(Symbol()));
    refuse(/a function of trace/, () => new weft.Writer().add("a", Object.assign(Object.create(weft.TracedFunction.prototype), { handle: new weft.Writer().handle }), ["x"], ["y"]));
    refuse(/expected a Model/, () => new weft.Model(traced.handle).entries, () => new weft.Model(7).entries, () => new weft.Model({}).entries);
  },
  "number-as-text"(weft) {
    const traced = weft.trace((b) => b.add(b), weft.zeros([1])), writer = new weft.Writer(), a = weft.zeros([1]);
    for (const wrong of [42, null, undefined, [1], true])
      refuse(/must be a string/, () => weft.saveTensors(wrong, { a }), () => weft.loadTensors(wrong), () => writer.save(wrong), () => writer.setMetadata(wrong, "a"),
        () => writer.setMetadata("a", wrong), () => writer.add(wrong, traced, ["x"], ["y"]), () => writer.add("a", traced, [wrong], ["y"]), () => traced.text(wrong),
        () => weft.call(wrong, [a]));
  },
  async "nul-in-text"(weft) {
    const folder = place(), file = join(folder, "a"), cut = `${file}\0b`, name = "x\0y", a = weft.zeros([1]), writer = new weft.Writer();
    writeFileSync(file, "untouched");
    const traced = weft.trace((b) => b.add(b), a), context = (await weft.load(DENSE)).context();
    refuse(/NUL/, () => weft.saveTensors(cut, { a }), () => weft.saveTensors(join(folder, "n"), { [name]: a }), () => weft.loadTensors(cut), () => writer.save(cut),
      () => writer.setMetadata(name, "a"), () => writer.setMetadata("a", name), () => writer.add(name, traced, ["x"], ["y"]), () => writer.add("a", traced, [name], ["y"]),
      () => context.save(cut), () => weft.call("abs\0x", [a]), () => weft.zeros([1], "float32\0"), () => traced.text("graph\0"));
    await assert.rejects(weft.load(cut), /NUL/);
    assert.equal(readFileSync(file, "utf8"), "untouched");
    assert.deepEqual(readdirSync(folder), ["a"]);
  },
  async "wide-text"(weft) {
    const folder = place(), path = wideFile(weft, folder);
    assert.deepEqual(readdirSync(folder), [`${WIDE}.weft`]);
    const model = await weft.load(path), context = model.context(WIDE);
    assert.deepEqual([model.entries[0], context.inputs[0].name, context.outputs[0].name], [WIDE, `in${WIDE}`, `out${WIDE}`]);
    assert.deepEqual(context.run({ [`in${WIDE}`]: weft.tensor([[1, 1]]) }), { [`out${WIDE}`]: Float32Array.of(4, 6) });
    assert.deepEqual([model.metadata(`key${WIDE}`), Object.keys(model.weights)], [WIDE, [`w${WIDE}`]]);
    weft.saveTensors(join(folder, `${WIDE}.safetensors`), { [WIDE]: weft.zeros([1]) });
    assert.deepEqual(Object.keys(weft.loadTensors(join(folder, `${WIDE}.safetensors`))), [WIDE]);
    await assert.rejects(weft.load(`/nowhere/${WIDE}`), (error) => error.message.includes(WIDE));
    refuse(new RegExp(WIDE), () => weft.call(WIDE, []));
  },
  async "invalid-text"(weft) {
    const a = weft.zeros([1]), traced = weft.trace((b) => b.add(b), a);
    refuse(/halves/, () => weft.saveTensors(join(place(), HALF), { a }), () => weft.saveTensors(join(place(), "a"), { [HALF]: a }),
      () => new weft.Writer().add("a", traced, [HALF], ["y"]), () => weft.loadTensors(HALF), () => weft.call(HALF, []));
    await assert.rejects(weft.load(HALF), /halves/);
    const kept = join(place(), "a\ufffd"); // which has a form, and is no half
    weft.saveTensors(kept, { "a\ufffd": a });
    assert.deepEqual(Object.keys(weft.loadTensors(kept)), ["a\ufffd"]);
  },
  "cyclic-list"(weft) {
    const a = [1], b = [];
    a.push(a);
    b.push(b);
    for (const list of [a, b, [b]]) refuse(/contains itself/, () => weft.tensor(list));
    refuse(/./, () => weft.ops.reshape(weft.zeros([1]), b), () => weft.zeros(b), () => weft.ops.concatenate(b));
  },
  "ragged-list"(weft) {
    for (const rows of [[[1, 2], [3, 4, 5], [6]], [[1, 2], 3, 4, 5], [1, [2, 3], 4], [[[1], [2]], [3, 4]], [[1, 2], [3]], [0, []]])
      refuse(/different lengths/, () => weft.tensor(rows));
  },
  "wrong-elements"(weft) {
    const { ops, tensor, zeros } = weft;
    refuse(/./, () => tensor([1, 2], { shape: [3] }), () => weft.fromBytes("float32", [4], new Uint8Array(3)), () => weft.fromBytes("float32", [-2, -2], new Uint8Array(16)),
      () => weft.fromBytes("float32", [1], [1, 2, 3, 4]), () => weft.fromBytes("float32", [1], { byteLength: 4 }), () => tensor(new DataView(new ArrayBuffer(4))));
    assert.deepEqual([tensor([]).toArray(), tensor([[], []]).shape, zeros([0, 3]).shape], [[], [2, 0], [0, 3]]);
    assert.deepEqual(ops.transpose(tensor(X)).toArray(), [[0, 3], [1, 4], [2, 5]]);
    assert.deepEqual(tensor(new Float32Array([9, 1, 2]).subarray(1)).toArray(), [1, 2]);
    assert.deepEqual(tensor(Object.freeze([0, 1, true, false]), { dtype: "bool" }).toArray(), [0, 1, 1, 0]);
    for (const dtype of ["float16", "bfloat16"]) assert.equal(tensor([1.5], { dtype }).item(), 1.5);
    assert.deepEqual(weft.fromBytes("complex64", [1], new Uint8Array(Float32Array.of(1, 2).buffer)).item(), [1, 2]);
    const gone = new Float32Array(2);
    structuredClone(gone, { transfer: [gone.buffer] });
    assert.deepEqual(tensor(gone).shape, [0]);
  },
  "wide-integers"(weft) {
    const { ops, tensor, zeros } = weft, wide = 9007199254740993n;
    for (const [dtype, numbers] of [["int64", [wide, -(2n ** 63n), 2n ** 63n - 1n]], ["uint64", [wide, 2n ** 64n - 1n]]]) {
      assert.deepEqual(tensor(numbers, { dtype }).toArray(), numbers);
      for (const number of numbers) {
        assert.equal(tensor([number], { dtype }).item(), number);
        assert.deepEqual(ops.add(zeros([1], dtype), number).toArray(), [number]);
      }
    }
    assert.equal(zeros([1], "int64").write(wide).item(), wide);
    assert.deepEqual([tensor([1n]).dtype, tensor([wide]).item(), tensor([[1n], [2n]]).shape], ["int64", wide, [2, 1]]);
    assert.equal(ops.sum(tensor([wide])).item(), wide);
    refuse(/./, () => tensor([2n ** 63n]), () => tensor([-1n], { dtype: "uint64" }), () => ops.add(zeros([1], "int64"), 2n ** 64n), () => tensor([1n, 2.5], { dtype: "int64" }));
    weft.seed(2n ** 64n - 1n);
    refuse(/seed|count/, () => weft.seed(2n ** 64n), () => weft.seed(-1), () => weft.setNumThreads(2 ** 32 + 1));
  },
  async "no-integer"(weft) {
    const { ops, tensor } = weft, a = weft.zeros([4]), context = (await weft.load(`${models}open.weft`)).context();
    for (const wrong of [2.5, NaN, Infinity, 2 ** 70, 2n ** 64n, "2", null, undefined])
      refuse(/./, () => weft.zeros([wrong]), () => weft.fromBytes("float32", [wrong], new Uint8Array(0)), () => weft.ops.reshape(a, [wrong]),
        () => context.setInputShape("x", [wrong, 3]), ...(wrong == null ? [] : [() => weft.ops.sum(a, { axis: wrong })]));
    for (const wrong of [NaN, Infinity, 2 ** 31, -(2 ** 31) - 1, 2.5]) refuse(/int32 must have whole numbers/, () => weft.tensor([wrong], { dtype: "int32" }));
    refuse(/uint8/, () => weft.tensor([256], { dtype: "uint8" }));
    assert.deepEqual([ops.divide(tensor([1]), -0).item(), ops.sum(a, { axis: -0 }).item()], [-Infinity, 0]); // its sign matters alone to operands
    refuse(/./, () => context.input(NaN), () => context.input(-1), () => context.input(1.5), () => context.bindOutput(-1));
  },
};
