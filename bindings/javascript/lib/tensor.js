// Arrays: the methods of Tensor.
import { arrayOf } from "./arrays.js";
import { tensorCalls } from "./calls.js";
import { TAG_FLOAT, TAG_INT, TAG_TENSOR } from "./constants.js";
import { WeftError } from "./errors.js";
import { dispose, placeOf, placesOf, Tensor, wrap } from "./handles.js";
import { listed, native } from "./native.js";
import * as ops from "./ops.js";

export { Tensor };

const MOST = 16; // axes

/** The extents of nested arrays: rows have one length, and none contains itself. */
function shapeOf(nested, depth = 0) {
  if (!Array.isArray(nested) || !nested.some(Array.isArray)) return Array.isArray(nested) ? [nested.length] : [];
  if (depth === MOST) throw new TypeError(`tensor: arrays must be nested at most ${MOST} times; got more, or one that contains itself`);
  const shapes = nested.map((row) => shapeOf(row, depth + 1));
  const other = shapes.find((shape) => `${shape}` !== `${shapes[0]}` || shape.length !== shapes[0].length);
  if (other) throw new TypeError(`tensor: rows have different lengths: [${shapes[0]}] and [${other}]`);
  return [nested.length, ...(shapes[0] ?? [])];
}

// The addon reads as many bytes as the shape has.
function create(dtype, shape, elements) {
  if (!Array.isArray(shape)) throw new TypeError(`Tensor: \`shape\` must be an array of whole numbers; got ${shape}`);
  const bytes = shape.reduce((a, b) => a * Number(b), native.dtypeSize(dtype));
  if (elements !== undefined && elements.byteLength !== bytes)
    throw new WeftError("INVALID_VALUE", `Tensor: the shape [${shape}] needs ${bytes} bytes; got ${elements.byteLength}`);
  return wrap(native.createTensor(dtype, shape.length, shape, elements));
}

/**
 * A new array from numbers, nested arrays or a typed array.
 * @param elements numbers, arrays of equal lengths, or a typed array, whose kind decides the dtype
 * @param options.shape the extents; by default those of the nesting
 * @param options.dtype "float32" by default for plain arrays
 */
export function tensor(elements, { shape, dtype } = {}) {
  if (ArrayBuffer.isView(elements)) {
    dtype ??= elements[Symbol.toStringTag].toLowerCase().replace(/^big|clamped|array$/g, "");
    return create(dtype, shape ?? [elements.length], elements);
  }
  const nesting = shapeOf(elements), flat = Array.isArray(elements) ? elements.flat(MOST) : [elements];
  dtype ??= flat.length && flat.every((x) => typeof x === "bigint") ? "int64" : "float32";
  if (PACKED.test(dtype)) return ops.cast(tensor(elements, { shape }), dtype);
  const kind = arrayOf(dtype), typed = kind.from(flat, kind.name.startsWith("Big") ? BigInt : Number);
  // What wraps, is cut or becomes 0 would be another number: floats are rounded alone.
  const wrong = dtype === "bool" || /float|complex/.test(dtype) ? -1 : flat.findIndex((x, i) => typed[i] != x);
  if (wrong >= 0) throw new RangeError(`tensor: ${dtype} must have whole numbers in its range; got ${flat[wrong]}`);
  return create(dtype, shape ?? nesting, dtype === "bool" ? typed.map((_, i) => Boolean(flat[i])) : typed);
}
const PACKED = /^(b?float16|float8.*|u?int4)$/; // whose typed arrays have bits

/** An array of zeros. */
export function zeros(shape, dtype = "float32") {
  return create(dtype, shape, undefined);
}

/** An array from the bytes of its elements, in row-major order. */
export function fromBytes(dtype, shape, bytes) {
  return create(dtype, shape, bytes);
}

function nest(flat, shape) {
  if (shape.length === 0) return flat[0];
  if (shape.length === 1) return Array.from(flat);
  const step = flat.length / (shape[0] || 1);
  return Array.from({ length: shape[0] }, (_, i) => nest(flat.subarray(i * step, (i + 1) * step), shape.slice(1)));
}

const methods = {
  get dtype() { return native.dtype(placeOf(this, "dtype")); },
  get shape() { return native.shape(placeOf(this, "shape")); },
  get size() { return this.shape.reduce((a, b) => a * b, 1); },
  /** The elements in row-major order as a typed array. */
  data() {
    const count = this.size * (this.dtype.startsWith("complex") ? 2 : 1);
    const elements = new (arrayOf(this.dtype))(count);
    native.read(placeOf(this, "data"), elements);
    return elements;
  },
  /** The elements as nested arrays, or the only one: BigInts of 64 bits, pairs of complex numbers, else numbers. */
  toArray() {
    const { dtype, shape } = this, flat = (PACKED.test(dtype) ? ops.cast(this, "float32") : this).data();
    return nest(flat, dtype.startsWith("complex") ? [...shape, 2] : shape);
  },
  /** The only element, as toArray() has it. */
  item() {
    if (this.size !== 1) throw new TypeError(`item: the array has ${this.size} elements; expected one`);
    return this.reshape([]).toArray();
  },
  /** Writes an array that broadcasts to this one, or a number, to all elements. */
  write(value) {
    const tag = { number: TAG_FLOAT, bigint: TAG_INT }[typeof value];
    const given = tag ? [tag, value] : [TAG_TENSOR, placeOf(value, "write")];
    native.write(placeOf(this, "write"), given);
    return this;
  },
  /** Frees the array now and not when the collector finds it. */
  dispose() {
    dispose(this);
  },
  /** Computes the gradients of this array into the leaves. */
  backward() {
    native.backward([placeOf(this, "backward")]);
  },
  reshape(...shape) {
    return ops.reshape(this, shape.flat());
  },
  /** The part from `start` to before `end` along an axis. */
  slice(start, end, axis = 0) {
    const shape = this.shape;
    if (!(axis >= 0 && axis < shape.length && start >= 0 && start <= end && end <= shape[axis]))
      throw new RangeError(`slice: axis ${axis} of [${shape}] has no part ${start} to ${end}`);
    const begin = shape.map((_, i) => (i === axis ? start : 0));
    const size = shape.map((extent, i) => (i === axis ? end - start : extent));
    return ops.slice(this, begin, size, shape.map(() => 1));
  },
  toString() {
    return `Tensor(${this.dtype}, [${this.shape}])`;
  },
};
Object.defineProperties(methods, Object.getOwnPropertyDescriptors(tensorCalls));
// Those that are an operator with this array as its first argument.
const { add, subtract: sub, multiply: mul, divide: div, negative: neg, matmul, sum, mean, cast: astype } = ops;
for (const [name, call] of Object.entries({ add, sub, mul, div, neg, matmul, sum, mean, astype }))
  methods[name] = function (other) {
    return call(this, other);
  };
for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(methods)))
  Object.defineProperty(Tensor.prototype, name, { ...property, enumerable: false });
Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value() { return `${this} ${JSON.stringify(this.toArray(), (_, v) => (typeof v === "bigint" ? Number(v) : v))}`; },
});

/** Writes named arrays to a safetensors file in one step. */
export function saveTensors(path, arrays) {
  native.saveTensors(path, Object.keys(arrays), placesOf(Object.values(arrays), "saveTensors"));
}
/** Reads the arrays of a safetensors file by their names. */
export function loadTensors(path) {
  const archive = native.loadArchive(path);
  const names = listed(native.archiveCount, native.archiveName, archive);
  return Object.fromEntries(names.map((name, i) => [name, wrap(native.archiveTensor(archive, i))]));
}
