// Calls of operators: what the functions of ops.js are made of, and calls by name.
import { native } from "./native.js";

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
    return native.invoke((this.#id ??= native.findOperator(this.#name)), values);
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
  if (out !== undefined) return native.invokeInto(id, Array.from(values), out);
  const results = native.invoke(id, Array.from(values));
  return Array.isArray(results) ? results : [results];
}
