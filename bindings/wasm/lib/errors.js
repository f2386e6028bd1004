// What goes wrong, as errors of JavaScript with the library's text: the same in Node and in browsers.
import { STATUSES } from "./constants.js";

/** An error of the library: `code` names the kind, as in weft.h without the prefix. */
export class WeftError extends Error {
  constructor(code, text) {
    super(text);
    this.name = "WeftError";
    this.code = typeof code === "number" ? (STATUSES[code] ?? "INTERNAL") : code;
  }
}
