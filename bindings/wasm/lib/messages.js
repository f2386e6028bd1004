// Errors as messages between threads.
import { WeftError } from "./errors.js";

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
