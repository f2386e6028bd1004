// Calls of operators: what the functions of ops.js are made of, and calls by name.
import * as constants from "./constants.js";
import { isTensor, placeOf, placesOf, wrap } from "./handles.js";
import { native } from "./native.js";

const { TAG_BOOL, TAG_DEFAULT, TAG_DTYPE, TAG_FLOAT, TAG_INT, TAG_INTS, TAG_NONE, TAG_STRING, TAG_TENSOR, TAG_TENSORS, TAG_UNSIGNED } = constants;
const operators = new Map();

/** An operator's schema: {index, names, kinds, inputs, outputs}, with the arguments' names and kinds. */
function schemaOf(name) {
  let found = operators.get(name);
  if (found === undefined) operators.set(name, (found = { name, ...native.findOperator(name) }));
  return found;
}

const LARGEST = 2n ** 63n - 1n;
const isWhole = (x) => Number.isSafeInteger(x) || typeof x === "bigint";

/** Puts the tag of an argument and what belongs to it, as a weft_value has them, behind others. */
function push(out, { name, names, kinds, inputs }, i, value) {
  const kind = kinds[i], isInput = i < inputs;
  const wrong = (wanted) => new TypeError(`${name}: \`${names[i]}\` must be ${wanted}`);
  if (isTensor(value)) return out.push(TAG_TENSOR, placeOf(value, name));
  switch (typeof value) {
    case "undefined":
      return out.push(TAG_DEFAULT, 0);
    case "number":
    case "bigint": // JavaScript has one kind of number: a whole one is an integer unless the attribute is a float, or -0 an operand
      return kind === TAG_FLOAT || !isWhole(value) || (isInput && Object.is(value, -0)) ? out.push(TAG_FLOAT, Number(value)) : out.push(value > LARGEST ? TAG_UNSIGNED : TAG_INT, value);
    case "boolean":
      return out.push(TAG_BOOL, value);
    case "string":
      return out.push(kind === TAG_DTYPE ? TAG_DTYPE : TAG_STRING, value);
  }
  if (value === null) return out.push(isInput ? TAG_DEFAULT : TAG_NONE, 0);
  if (kind === TAG_TENSORS && Array.isArray(value) && value.every(isTensor)) return out.push(TAG_TENSORS, placesOf(value, name));
  if (kind !== TAG_TENSORS && Array.isArray(value) && value.every(isWhole)) return out.push(TAG_INTS, value);
  throw wrong(kind === TAG_TENSORS ? "an array of Tensors" : isInput ? "a Tensor or a number" : "a value, or an array of whole numbers");
}

/** The arguments as the addon takes them, without those at the end that are left out. */
function lowered(schema, values) {
  let count = values.length;
  while (count > 0 && values[count - 1] === undefined) count--;
  if (count > schema.names.length)
    throw new TypeError(`${schema.name}: there are at most ${schema.names.length} arguments; got ${count}`);
  const out = [];
  for (let i = 0; i < count; i++) push(out, schema, i, values[i]);
  return out;
}

/** An operator, which is looked up at its first call. */
class Operator {
  #name;
  #known;
  #schema;
  constructor(name, known) {
    this.#name = name;
    this.#known = known;
  }
  get #found() {
    return (this.#schema ??= schemaOf(this.#name));
  }
  /** Calls it with arguments in the order of its schema; undefined leaves one out. */
  call(values) {
    const { index, outputs } = this.#found;
    const results = native.invoke(index, lowered(this.#schema, values), outputs);
    return outputs === 1 ? wrap(results) : results.map(wrap);
  }
  /** Calls it with one array alone; it has one result. */
  call1(x) {
    if (!isTensor(x)) return this.call([x]);
    return wrap(native.invokeArrays(this.#found.index, placeOf(x, this.#name)));
  }
  /** Calls it with two arrays alone; it has one result. */
  call2(x, y) {
    if (!isTensor(x) || !isTensor(y)) return this.call([x, y]);
    return wrap(native.invokeArrays(this.#found.index, placeOf(x, this.#name), placeOf(y, this.#name)));
  }
  /** Refuses options that the operator does not have. */
  accept(options) {
    if (typeof options !== "object" || options === null)
      throw new TypeError(`${this.#name}: \`options\` must be an object; got ${options}`);
    for (const name in options)
      if (!this.#known.includes(name))
        throw new TypeError(`${this.#name}: there is no option \`${name}\`; there are: ${this.#known.join(", ")}`);
  }
}

/** An operator for ops.js, with the names of its options. */
export function define(name, known) {
  return new Operator(name, known);
}

/**
 * Calls any operator by its name, registered ones too, with attributes by the names of the registry.
 * Gives all results. `out`: arrays to write the results into, for updates of weights.
 */
export function call(name, inputs, attributes = {}, out = undefined) {
  const schema = schemaOf(name), values = [...inputs];
  for (const [attribute, value] of Object.entries(attributes)) {
    const place = schema.names.indexOf(attribute, schema.inputs);
    if (place < 0) {
      const known = schema.names.slice(schema.inputs).join(", ") || "none";
      throw new TypeError(`${name}: there is no attribute \`${attribute}\`; there are: ${known}`);
    }
    values[place] = value;
  }
  const given = lowered(schema, values);
  if (out !== undefined) return native.invokeInto(schema.index, given, placesOf(out, name));
  const results = native.invoke(schema.index, given, schema.outputs);
  return schema.outputs === 1 ? [wrap(results)] : results.map(wrap);
}
