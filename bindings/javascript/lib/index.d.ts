// Types of the package for TypeScript.
import { ContextCalls, FunctionCalls, ModelCalls, TensorCalls, WriterCalls } from "./calls.js";
import type { Elements, Port, Ports, Shaped, Source } from "./model.js";
import type { Dtype, Operand } from "./ops.js";
import * as ops from "./ops.js";

export { WeftError } from "./model.js";
export { seed, setNumThreads } from "./calls.js";
export { ops };
export type { Dtype, Elements, Operand, Port, Ports, Shaped, Source };
type Nested = number | bigint | Nested[];

/** An array: a reference to memory of the engine. */
export interface Tensor extends TensorCalls {}
export class Tensor {
  private constructor();
  readonly dtype: Dtype;
  readonly shape: number[];
  readonly size: number;
  data<T extends Elements = Float32Array>(): T;
  toArray(): any;
  item(): any;
  write(value: Tensor | number | bigint): this;
  dispose(): void;
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
  /** A Vector of the package apache-arrow. */
  toArrow<Vector = any>(): Promise<Vector>;
}
export function tensor(elements: Nested | Elements, options?: { shape?: number[]; dtype?: Dtype }): Tensor;
export function zeros(shape: number[], dtype?: Dtype): Tensor;
export function fromBytes(dtype: Dtype, shape: number[], bytes: Uint8Array): Tensor;
/** Of a Vector of the package apache-arrow. */
export function fromArrow(column: { readonly length: number; readonly nullCount: number; toArray(): any }): Tensor;
export function saveTensors(path: string, arrays: Record<string, Tensor>): void;
export function loadTensors(path: string): Record<string, Tensor>;

export function record<T>(body: () => T): T;
export function pause<T>(body: () => T): T;
export function backward(...heads: Tensor[]): void;
export function grad(heads: Tensor | Tensor[], variables: Tensor[], options?: { createGraph?: boolean }): Tensor[];
export class TracedFunction extends FunctionCalls { call(...inputs: Tensor[]): Tensor[]; readonly captures: Tensor[]; }
/** Extents that calls may have, by numbers of inputs and of axes; the same name is the same extent. */
export type Dynamic = Record<number, Record<number, string | { name: string; min?: number; max?: number }>>;
type Body = (...inputs: Tensor[]) => Tensor | Tensor[];
export function trace(body: Body, ...inputs: Tensor[]): TracedFunction;
export function trace(body: Body, ...inputs: [...Tensor[], { dynamic?: Dynamic }]): TracedFunction;
export class Writer extends WriterCalls {
  add(entry: string, traced: TracedFunction, inputs: string[], outputs: string[], weights?: Record<string, Tensor>): this;
}
export function call(name: string, inputs: (Operand | Tensor[] | undefined)[], attributes?: Record<string, unknown>, out?: Tensor[]): Tensor[];

export type Inputs = Record<string | number, Tensor | Elements | Shaped>;
export class Context extends ContextCalls implements Ports {
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
  close(): void;
}
export class Model extends ModelCalls {
  private constructor();
  readonly entries: string[];
  readonly weights: Record<string, Tensor>;
  setBudget(bytes: number, entry?: string): void;
  context(entry?: string, options?: { sharing?: Context }): Context;
  run<T extends Elements = Float32Array>(inputs: Inputs, options?: { entry?: string }): Record<string, T>;
  close(): void;
}
export function load(source: Source): Promise<Model>;

declare abstract class Network { readonly weights: Record<string, Tensor>; call(x: Tensor): Tensor; }
declare abstract class Optimizer { step(gradients: Tensor[]): void; }
export namespace nn {
  type Layer = Pick<Network, "weights" | "call">;
  type Activation = (x: Tensor) => Tensor;
  function glorot(shape: number[]): Tensor;
  class Dense extends Network { constructor(outputs: number, inputs: number, options?: { activation?: Activation }); }
  class Conv2d extends Network { constructor(outputs: number, inputs: number, window: number, options?: { pad?: number; activation?: Activation }); }
  class Lstm extends Network { constructor(hidden: number, inputs: number); }
  class Lambda extends Network { constructor(call: Activation); }
  class Sequential extends Network { constructor(layers: Record<string, Layer>); }
  class Sgd extends Optimizer { constructor(weights: Record<string, Tensor>, options: { learningRate: number; momentum?: number }); }
  class Adam extends Optimizer { constructor(weights: Record<string, Tensor>, options?: { learningRate?: number }); }
}

export const version: string;
export function liveBytes(): number;
