// Written by bindings/generate; do not edit. It is wasm/lib/inputs.js.
// What a run is given, and which port is meant: the same in the packages for Node and for browsers.
import { arrayOf } from "./arrays.js";

/** The place of a port that is named, or counted from 0; keys of objects are texts. */
export function placeIn(ports, kind, port) {
  if (typeof port === "number") return port;
  const names = ports.map(({ name }) => name), found = names.indexOf(port);
  if (found >= 0) return found;
  if (/^\d+$/.test(port)) return Number(port);
  throw new TypeError(`context: there is no ${kind} \`${port}\`; there are: ${names.join(", ") || "none"}`);
}

/** Refuses a run that names some inputs only: the others would have the numbers of an earlier run. */
export function requireAll(ports, inputs) {
  const places = Object.keys(inputs).map((key) => placeIn(ports, "input", key));
  const missing = ports.filter((_, place) => !places.includes(place)).map(({ name }) => `\`${name}\``);
  if (missing.length) throw new TypeError(`run: \`inputs\` must have all inputs; ${missing.join(", ")} is missing; got ${Object.keys(inputs).join(", ") || "none"}`);
}

/** A text that C ends at its zero, and that has a form in UTF-8. */
export function checkedText(text) {
  if (typeof text !== "string") throw new TypeError(`a name or a path must be a string; got ${text}, a ${typeof text}`);
  if (/\0|\p{Surrogate}/u.test(text)) throw new TypeError(`a name or a path must not have NUL characters or halves of pairs; got ${JSON.stringify(text)}`);
  return text;
}

/** The elements of a state or an input, which must be of the port's kind of typed array. */
export function elementsFor(call, { name, dtype }, elements) {
  const kind = arrayOf(dtype);
  if (elements instanceof kind) return elements;
  throw new TypeError(`${call}: \`${name}\` is ${dtype}, a ${kind.name}; got a ${elements?.constructor?.name}`);
}

/**
 * The elements and the shape of what an input is given.
 * @param port {name, dtype, shape, bytes} of the input as it is now
 * @param open for each axis, whether the file leaves it open
 * @param value a typed array, which sets the first dimension where that alone is open, or {data, shape}
 */
export function given(port, open, value) {
  const isFlat = ArrayBuffer.isView(value);
  if (!isFlat && !ArrayBuffer.isView(value?.data))
    throw new TypeError(`run: input \`${port.name}\` must be a typed array or {data, shape}; got ${typeof value}`);
  const elements = elementsFor("run", port, isFlat ? value : value.data);
  if (!isFlat && value.shape) return { elements, shape: value.shape };
  const [, ...rest] = port.shape;
  const row = rest.reduce((a, b) => a * b, port.dtype.startsWith("complex") ? 2 : 1);
  const isBatch = open.length > 0 && open.every((is, axis) => is === (axis === 0)) && elements.length % row === 0;
  return { elements, shape: isBatch ? [elements.length / row, ...rest] : port.shape };
}
