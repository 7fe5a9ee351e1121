// What a benchmark is: a name and its entries. One of its own kind runs by itself and hands in what it measured.
import type { Entry } from "./work.ts";

export interface BenchmarkSpec {
  readonly name: string;
  readonly summary: string;
  entries(): readonly Entry[];
}

/** Milliseconds per call, one figure a round, of one system. */
export interface Measurement {
  readonly system: string;
  readonly ms: readonly number[];
  /** Of those, the milliseconds that it waited for data. Systems that say so do different work: they are not compared. */
  readonly waitedMs?: readonly number[];
  /** Items that a call handles, and what a rate of them is called. */
  readonly perCall: number;
  readonly unit: string;
  readonly threads: number;
}

export interface BenchmarkContext {
  readonly rounds: number;
  readonly threads: number;
  note(text: string): void;
}

/** A benchmark that measures by itself; the first measurement is the one that others are compared with. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  run(context: BenchmarkContext): Promise<Measurement[]>;
}
