// Written by bindings/generate; do not edit.

import type { Tensor } from "./index.js";

export function seed(seed: number | bigint): void;
export function setNumThreads(count: number): void;
export interface TensorCalls {
  wait(): this;
  isSame(other: Tensor): boolean;
  detach(): Tensor;
  attachGrad(): this;
  readonly grad: Tensor | undefined;
}
export class FunctionCalls {
  text(what: string): string;
}
export class WriterCalls {
  setMetadata(key: string, value: string): this;
  save(path: string): void;
}
export class ModelCalls {
  metadata(key: string): string | undefined;
}
export class ContextCalls {
  reset(): this;
  save(path: string): void;
}
