// Types of the package for TypeScript.
import type { Elements, Port, Ports, Shaped, Source } from "./model.js";
import type { Dtype, Operand } from "./ops.js";
import * as ops from "./ops.js";

export { WeftError } from "./model.js";
export { ops };
export type { Dtype, Elements, Operand, Port, Ports, Shaped, Source };
type Nested = number | bigint | Nested[];

/** An array: a reference to memory of the engine. */
export class Tensor {
  private constructor();
  readonly dtype: Dtype;
  readonly shape: number[];
  readonly size: number;
  /** The gradient; undefined where none is attached. */
  readonly grad: Tensor | undefined;
  data<T extends Elements = Float32Array>(): T;
  toArray(): any;
  item(): number;
  wait(): this;
  write(value: Tensor | number): this;
  dispose(): void;
  isSame(other: Tensor): boolean;
  detach(): Tensor;
  attachGrad(): this;
  backward(): void;
  add(other: Operand): Tensor;
  sub(other: Operand): Tensor;
  mul(other: Operand): Tensor;
  div(other: Operand): Tensor;
  neg(): Tensor;
  matmul(other: Tensor): Tensor;
  sum(options?: { axis?: number | number[] | null; keepdims?: boolean }): Tensor;
  mean(options?: { axis?: number | number[] | null; keepdims?: boolean }): Tensor;
  reshape(...shape: number[] | number[][]): Tensor;
  slice(start: number, end: number, axis?: number): Tensor;
  astype(dtype: Dtype): Tensor;
}
export function tensor(elements: Nested | Elements, options?: { shape?: number[]; dtype?: Dtype }): Tensor;
export function zeros(shape: number[], dtype?: Dtype): Tensor;
export function fromBytes(dtype: Dtype, shape: number[], bytes: Uint8Array): Tensor;
export function saveTensors(path: string, arrays: Record<string, Tensor>): void;
export function loadTensors(path: string): Record<string, Tensor>;

export function record<T>(body: () => T): T;
export function pause<T>(body: () => T): T;
export function backward(...heads: Tensor[]): void;
export function grad(heads: Tensor | Tensor[], variables: Tensor[], options?: { createGraph?: boolean }): Tensor[];
export class TracedFunction {
  call(...inputs: Tensor[]): Tensor[];
  readonly captures: Tensor[];
  text(what: "graph" | "plan" | "arena"): string;
}
/** Extents that calls may have, by numbers of inputs and of axes; the same name is the same extent. */
export type Dynamic = Record<number, Record<number, string | { name: string; min?: number; max?: number }>>;
type Body = (...inputs: Tensor[]) => Tensor | Tensor[];
export function trace(body: Body, ...inputs: Tensor[]): TracedFunction;
export function trace(body: Body, ...inputs: [...Tensor[], { dynamic?: Dynamic }]): TracedFunction;
export class Writer {
  add(entry: string, traced: TracedFunction, inputs: string[], outputs: string[], weights?: Record<string, Tensor>): this;
  setMetadata(key: string, value: string): this;
  save(path: string): void;
}
export function call(name: string, inputs: (Operand | Tensor[] | undefined)[], attributes?: Record<string, unknown>, out?: Tensor[]): Tensor[];

export type Inputs = Record<string | number, Tensor | Elements | Shaped>;
export class Context implements Ports {
  private constructor();
  readonly inputs: Port[];
  readonly outputs: Port[];
  readonly states: Port[];
  setInputShape(input: number | string, shape: readonly number[]): this;
  input<T extends Elements = Float32Array>(input?: number | string): T;
  bindOutput<T extends Elements = Float32Array>(output?: number | string): T;
  run<T extends Elements = Float32Array>(inputs?: Inputs): Record<string, T>;
  runAsync<T extends Elements = Float32Array>(inputs?: Inputs): Promise<Record<string, T>>;
  state<T extends Elements = Float32Array>(state: number | string): T;
  setState(state: number | string, elements: Elements): this;
  reset(): this;
  save(path: string): void;
  close(): void;
}
export class Model {
  private constructor();
  readonly entries: string[];
  readonly weights: Record<string, Tensor>;
  metadata(key: string): string | undefined;
  setBudget(bytes: number, entry?: string): void;
  context(entry?: string, options?: { sharing?: Context }): Context;
  run<T extends Elements = Float32Array>(inputs?: Inputs, options?: { entry?: string }): Record<string, T>;
  close(): void;
}
export function load(source: Source): Promise<Model>;

export namespace nn {
  interface Layer {
    weights: Record<string, Tensor>;
    call(x: Tensor): Tensor;
  }
  type Activation = (x: Tensor) => Tensor;
  function glorot(shape: number[]): Tensor;
  class Dense implements Layer {
    constructor(outputs: number, inputs: number, options?: { activation?: Activation });
    weights: Record<string, Tensor>;
    call(x: Tensor): Tensor;
  }
  class Conv2d implements Layer {
    constructor(outputs: number, inputs: number, window: number, options?: { pad?: number; activation?: Activation });
    weights: Record<string, Tensor>;
    call(x: Tensor): Tensor;
  }
  class Lstm implements Layer {
    constructor(hidden: number, inputs: number);
    weights: Record<string, Tensor>;
    call(x: Tensor): Tensor;
  }
  class Lambda implements Layer {
    constructor(call: Activation);
    weights: Record<string, Tensor>;
    call(x: Tensor): Tensor;
  }
  class Sequential implements Layer {
    constructor(layers: Record<string, Layer>);
    readonly weights: Record<string, Tensor>;
    call(x: Tensor): Tensor;
  }
  class Sgd {
    constructor(weights: Record<string, Tensor>, options: { learningRate: number; momentum?: number });
    step(gradients: Tensor[]): void;
  }
  class Adam {
    constructor(weights: Record<string, Tensor>, options?: { learningRate?: number });
    step(gradients: Tensor[]): void;
  }
}

export const version: string;
export function seed(seed: number): void;
export function setNumThreads(count: number): void;
export function liveBytes(): number;
