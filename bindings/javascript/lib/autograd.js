// Gradients and traced functions.
import { FunctionCalls, WriterCalls } from "./calls.js";
import { MODE_RECORDING, MODE_TRAINING, TRACE_EXAMPLES } from "./constants.js";
import { isTensor, placesOf, wrap } from "./handles.js";
import { listed, native } from "./native.js";

const TAPE = MODE_RECORDING | MODE_TRAINING;

function within(set, clear, body) {
  const before = native.setModes(set, clear);
  try {
    return body();
  } finally {
    const changed = set | clear;
    native.setModes(before & changed, changed & ~before);
  }
}

/** Runs `body` while operators are recorded, in training mode; gives what it returns. */
export function record(body) {
  return within(TAPE, 0, body);
}
/** Runs `body` while nothing is recorded: for updates of weights. */
export function pause(body) {
  return within(0, TAPE, body);
}
/** Computes the gradients of the heads into the leaves. */
export function backward(...heads) {
  native.backward(placesOf(heads, "backward"));
}
/** The gradients of the sum of `heads` with respect to `variables`, as new arrays. */
export function grad(heads, variables, { createGraph = false } = {}) {
  const from = placesOf(Array.isArray(heads) ? heads : [heads], "grad");
  return native.gradients(from, placesOf(variables, "grad"), createGraph, createGraph).map(wrap);
}

/** A traced graph: call it with arrays. */
export class TracedFunction extends FunctionCalls {
  constructor(handle) {
    super();
    this.handle = handle;
  }
  /** Calls the graph through the plan for these shapes; gives all outputs. */
  call(...inputs) {
    return native.callFunction(this.handle, placesOf(inputs, "call"), native.functionOutputs(this.handle)).map(wrap);
  }
  /** The arrays that the body read from outside: weights, states and constants. */
  get captures() {
    return listed(native.captureCount, native.capture, this.handle).map(wrap);
  }
}

const UNBOUNDED = 2 ** 40; // extents of more are of no array

/** The dimensions that `dynamic` names: [{name, min, max, places: [[input, axis], …]}, …]. */
function dimensionsOf(inputs, dynamic) {
  const found = new Map();
  for (const [input, axes] of Object.entries(dynamic)) {
    const rank = inputs[input]?.shape.length;
    if (rank === undefined) throw new TypeError(`trace: \`dynamic\` must have numbers of inputs, below ${inputs.length}; got ${input}`);
    for (const [axis, given] of Object.entries(axes)) {
      const { name, min = 1, max = UNBOUNDED } = typeof given === "string" ? { name: given } : given;
      if (!(axis >= -rank && axis < rank))
        throw new TypeError(`trace: \`dynamic\` must have axes of input ${input} in [${-rank}, ${rank}); got ${axis}`);
      if (typeof name !== "string" || !(min >= 0 && max >= Math.max(min, 1) + TRACE_EXAMPLES))
        throw new TypeError(`trace: a dimension has a name, \`min\` of at least 0, and \`max\` of at least 7 and \`min\` + ${TRACE_EXAMPLES}; got ${JSON.stringify(given)}`);
      const known = found.get(name) ?? { name, min, max, places: [] };
      if (known.min !== min || known.max !== max)
        throw new TypeError(`trace: \`dynamic\` must have one dimension of each name; got two for \`${name}\``);
      found.set(name, known).get(name).places.push([Number(input), (Number(axis) + rank) % rank]);
    }
  }
  return [...found.values()];
}

/** The extents of a dimension in the examples: different ones, and for no two dimensions alike. */
function extentsOf({ min, max }, number) {
  const low = Math.max(min, 2), count = Math.min(max - low, 1000) + 1, extents = new Set();
  for (let random = number + 1; extents.size < TRACE_EXAMPLES; ) {
    random = (random * 48271) % 2147483647;
    extents.add(low + (random % count));
  }
  return [...extents];
}

/** Runs `body` once on placeholders of these types; `earlier` are the examples before. */
function traced(body, types, dimensions, earlier) {
  const placeholders = native.traceBegin(types).map(wrap);
  try {
    for (const { name, min, max, places } of dimensions)
      native.addDimension(name, min, max, places.map(([input]) => input), places.map(([, axis]) => axis));
    native.setExample(earlier.length, earlier);
    const outputs = body(...placeholders);
    if (outputs instanceof Promise) throw new TypeError("trace: the body must not be asynchronous");
    return native.traceEnd(placesOf(Array.isArray(outputs) ? outputs : [outputs], "trace"));
  } catch (error) {
    native.traceAbort();
    throw error;
  }
}

/**
 * Runs `body` on placeholders for `inputs`, and gives the graph of what it did. The body gets the placeholders
 * as arguments and returns an array or a list of them. {dynamic: {input: {axis: name}}} behind the inputs opens
 * extents of inputs, by their numbers; {name, min, max} instead of a name bounds one. Then the body runs for
 * some examples of these extents, and must do the same for all: it may compute with them, not decide by them.
 */
export function trace(body, ...inputs) {
  const last = inputs.at(-1);
  const isOptions = typeof last === "object" && last !== null && !isTensor(last) && !Array.isArray(last);
  const { dynamic = {}, ...others } = isOptions ? inputs.pop() : {};
  if (Object.keys(others).length) throw new TypeError(`trace: there is no option \`${Object.keys(others)[0]}\`; there is: dynamic`);
  placesOf(inputs, "trace"); // an error for what is no Tensor
  const dimensions = dimensionsOf(inputs, dynamic), extents = dimensions.map(extentsOf), examples = [];
  do {
    const types = inputs.map(({ dtype, shape }) => [dtype, ...shape]);
    dimensions.forEach(({ places }, d) => {
      for (const [input, axis] of places) types[input][1 + axis] = extents[d][examples.length];
    });
    examples.push(traced(body, types, dimensions, examples));
  } while (native.isExample(examples.at(-1)) && examples.length < TRACE_EXAMPLES);
  return new TracedFunction(examples.length === 1 ? examples[0] : native.join(examples));
}

/** A file that is being put together. */
export class Writer extends WriterCalls {
  handle = native.createWriter();
  #unnamed = [];
  /**
   * Adds an entry point, with names for inputs and outputs; `weights` names the arrays that the function
   * captured, others are called constant0 and so on.
   */
  add(entry, traced, inputs, outputs, weights = {}) {
    const known = Object.entries(weights);
    const names = traced.captures.map((capture) => {
      const found = known.find(([, array]) => array.isSame(capture));
      if (found) return found[0];
      let place = this.#unnamed.findIndex((array) => array.isSame(capture));
      if (place < 0) place = this.#unnamed.push(capture) - 1;
      return `constant${place}`;
    });
    const wanted = { inputs: native.functionInputs(traced.handle), outputs: native.functionOutputs(traced.handle) };
    for (const [which, list] of Object.entries({ inputs, outputs }))
      if (list.length !== wanted[which])
        throw new TypeError(`Writer.add: the function has ${wanted[which]} ${which}; got ${list.length} names`);
    native.addEntry(this.handle, entry, traced.handle, inputs, outputs, names);
    return this;
  }
}
