// Calls of operators: what the functions of ops.js are made of, and calls by name.
import { isTensor, placeOf, placesOf, wrap } from "./handles.js";
import { native } from "./native.js";

// The values with places instead of arrays, and bits that say which of them are places.
function lowered(name, values) {
  const places = new Array(values.length);
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (isTensor(value)) {
      places[i] = placeOf(value, name);
      bits |= 1 << i;
    } else if (Array.isArray(value) && isTensor(value[0])) {
      places[i] = placesOf(value, name);
      bits |= 1 << i;
    } else {
      places[i] = value;
    }
  }
  return { places, bits };
}

function raised(results) {
  return Array.isArray(results) ? results.map(wrap) : wrap(results);
}

/** An operator, which is looked up at its first call. */
class Operator {
  #name;
  #known;
  #id;
  constructor(name, known) {
    this.#name = name;
    this.#known = known;
  }
  /** Calls it with arguments in the order of its schema; undefined leaves one out. */
  call(values) {
    this.#id ??= native.findOperator(this.#name);
    const { places, bits } = lowered(this.#name, values);
    return raised(native.invoke(this.#id, places, bits));
  }
  /** Calls it with one array alone; it has one result. */
  call1(x) {
    if (!isTensor(x)) return this.call([x]);
    this.#id ??= native.findOperator(this.#name);
    return wrap(native.invokeArrays(this.#id, placeOf(x, this.#name)));
  }
  /** Calls it with two arrays alone; it has one result. */
  call2(x, y) {
    if (!isTensor(x) || !isTensor(y)) return this.call([x, y]);
    this.#id ??= native.findOperator(this.#name);
    return wrap(native.invokeArrays(this.#id, placeOf(x, this.#name), placeOf(y, this.#name)));
  }
  /** Refuses options that the operator does not have. */
  accept(options) {
    if (typeof options !== "object" || options === null)
      throw new TypeError(`${this.#name}: \`options\` must be an object; got ${options}`);
    for (const name in options)
      if (!this.#known.includes(name))
        throw new TypeError(
          `${this.#name}: there is no option \`${name}\`; there are: ${this.#known.join(", ")}`,
        );
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
  const id = native.findOperator(name);
  const schema = native.argumentsOf(id);
  const values = [...inputs];
  for (const [attribute, value] of Object.entries(attributes)) {
    const place = schema.names.indexOf(attribute, schema.inputs);
    if (place < 0) {
      const known = schema.names.slice(schema.inputs).join(", ") || "none";
      throw new TypeError(`${name}: there is no attribute \`${attribute}\`; there are: ${known}`);
    }
    values[place] = value;
  }
  const { places, bits } = lowered(name, Array.from(values));
  if (out !== undefined) return native.invoke(id, places, bits, placesOf(out, name));
  const results = raised(native.invoke(id, places, bits));
  return Array.isArray(results) ? results : [results];
}
