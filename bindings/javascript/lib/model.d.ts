// Written by bindings/generate; do not edit. It is wasm/lib/model.d.ts.
// What the packages for Node and for browsers have in common, for TypeScript.

/** Elements of an array; halves as their bits. */
export type Elements =
  | Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array
  | Uint32Array | BigInt64Array | BigUint64Array;
/** Elements with their shape, for inputs with open dimensions. */
export interface Shaped {
  data: Elements;
  shape?: readonly number[];
}
/** What an input, an output or a state is; an open extent is -1. */
export interface Port {
  name: string;
  dtype: string;
  shape: number[];
  bytes: number;
}
export interface Ports {
  readonly inputs: Port[];
  readonly outputs: Port[];
  readonly states: Port[];
}
/** Where a file is: a URL or, in Node, a path; or its bytes. */
export type Source = string | URL | ArrayBuffer | ArrayBufferView | Blob | Response;
/** An error of the library: `code` names the kind, as in weft.h without the prefix. */
export class WeftError extends Error {
  constructor(code: string, text: string);
  readonly code: string;
}
