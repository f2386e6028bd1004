// Written by bindings/generate; do not edit. It is javascript/lib/errors.js.
// What goes wrong, as errors of JavaScript with the library's text: the same in Node and in browsers.

// The statuses of weft.h, by their numbers.
const CODES = [
  "OK", "INVALID_VALUE", "OUT_OF_MEMORY", "UNSUPPORTED", "NOT_FOUND", "INTERNAL", "INVALID_TYPE",
  "INDEX_OUT_OF_RANGE", "OVERFLOW", "IO", "INVALID_STATE", "INTERRUPTED", "CHECK_FAILED",
  "NO_FACTORIZATION", "DISCONNECTED",
];

/** An error of the library: `code` names the kind, as in weft.h without the prefix. */
export class WeftError extends Error {
  constructor(code, text) {
    super(text);
    this.name = "WeftError";
    this.code = typeof code === "number" ? (CODES[code] ?? "INTERNAL") : code;
  }
}

/** An error as a message between threads can carry it. */
export function packed(error) {
  return { name: error.name, code: error.code, message: error.message };
}

/** The error that `packed` made such a message of. */
export function unpacked({ name, code, message }) {
  if (name === "WeftError") return new WeftError(code, message);
  const error = name === "TypeError" ? new TypeError(message) : new Error(message);
  if (name !== "TypeError" && name !== "Error") error.name = name;
  return error;
}
