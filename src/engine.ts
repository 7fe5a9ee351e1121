// The engine: takes values that are due, turns them into a compiled graph (kept for the next time),
// and runs it on a backend. This is the one place where all layers meet.
import { arriving } from "./atOnce.ts";
import { backward } from "./autograd/backward.ts";
import type {
  Backend,
  BackendBuffer,
  Capabilities,
  Executable,
  Preparation,
} from "./backend/backend.ts";
import { RehearsalBackend } from "./backend/rehearsal.ts";
import { collectGarbage } from "./collect.ts";
import { tellPlan } from "./debug.ts";
import { copyOfGraph, type Graph, graphOf } from "./graph/graph.ts";
import { InOrder } from "./inOrder.ts";
import type { KernelProgram } from "./kernel/ir.ts";
import { planFixed } from "./plan/plan.ts";
import type { PlanTarget } from "./plan/planner.ts";
import type { FixedPlan } from "./plan/schedule.ts";
import { made, StoredElements } from "./storedElements.ts";
import type { Dtype, TypedArray } from "./tensor/dtype.ts";
import {
  type CapturedStep,
  type CaptureOptions,
  type Engine,
  type MachinePeak,
  type ProgramTiming,
  type Rehearsal,
  setEngine,
} from "./tensor/engine.ts";
import { BackendError } from "./tensor/errors.ts";
import type { Node, Storage } from "./tensor/node.ts";
import { formatShape, sizeOf } from "./tensor/shape.ts";
import { bytesOf, type Tensor, type Variable } from "./tensor/tensor.ts";
import { checkUpdates, likelyReads, ownValues } from "./updates.ts";

/** Tensors may grow by this many bytes (or double) before unreachable ones are looked for. */
const collectAfter = 256 * 2 ** 20;

/** Compiled graphs that are kept; the least recently used goes first. */
const planCacheSize = 256;

/** A graph as the backend runs it. */
interface Compiled {
  readonly main: Executable;
  /** What follows from constants alone; null if nothing does. */
  readonly once: Executable | null;
  /** Bytes of what `once` leaves for `main`. */
  readonly kept: readonly number[];
}

export interface EngineOptions {
  /** Compute chains of ops in one kernel (default true); without, each op has a kernel of its own. */
  readonly fusion?: boolean;
  /** Compute 3 × 3 convolutions by Winograd's minimal filtering where it pays (default true). */
  readonly winograd?: boolean;
}

export class BackendEngine implements Engine {
  readonly backend: Backend;
  readonly #options: EngineOptions;
  readonly #compiled = new Map<string, Compiled>();
  /** Losses whose backward was asked for, and predictions: computed together with the update that follows. */
  #due: Node[] = [];
  /** Variables with a new value that waits for the next update. */
  readonly #deferred = new Set<Variable>();
  #collectAt = collectAfter;
  #listener: ((run: ProgramTiming | Promise<ProgramTiming>) => void) | null = null;
  #peak: Promise<MachinePeak | null> | null = null;
  readonly #inOrder: InOrder;

  /** @param code what must be there before anything is planned; null if it is */
  constructor(backend: Backend, options: EngineOptions = {}, code: Promise<void> | null = null) {
    this.backend = backend;
    this.#options = options;
    this.#inOrder = new InOrder(code);
  }

  upload(dtype: Dtype, data: TypedArray): Storage {
    const storage = this.#allocate(data.byteLength);
    this.backend.write(storage.buffer, dtype, data);
    return storage;
  }

  uploadLater(dtype: Dtype, bytes: number, make: () => TypedArray): Storage {
    return new StoredElements(this.backend, bytes, () => this.#filled(dtype, bytes, make));
  }

  overwrite(storage: Storage, dtype: Dtype, data: TypedArray): void {
    const [stored] = made([this.#own(storage)]) as [StoredElements];
    // The caller may change the array before what waits is written.
    const kept = this.#inOrder.waiting === null ? data : data.slice();
    this.#inOrder.do(() => this.backend.write(stored.buffer, dtype, kept));
    stored.version++;
  }

  overwriteLater(storage: Storage, dtype: Dtype, make: () => TypedArray): void {
    const stored = this.#own(storage);
    if (stored.remake(() => this.#filled(dtype, stored.bytes, make))) stored.version++;
    else this.overwrite(storage, dtype, make());
  }

  realize(nodes: readonly Node[]): void {
    this.#run([...new Set(nodes)].filter((node) => node.storage === null));
  }

  async read(node: Node): Promise<TypedArray> {
    this.#checkFresh(node);
    const stored = this.#own(node.storage as Storage);
    const { waiting } = this.#inOrder;
    if (waiting !== null) await waiting;
    return this.backend.read(stored.buffer, node.dtype, sizeOf(node.shape));
  }

  backward(root: Tensor, grad: Tensor | undefined): void {
    backward(root, grad);
    this.#due.push(...likelyReads(root.node));
  }

  defer(variable: Variable): void {
    this.#deferred.add(variable);
  }

  assign(asked: readonly (readonly [Variable, Tensor])[]): void {
    checkUpdates(asked);
    const updates = this.#withDeferred(asked);
    const values = ownValues(updates);
    const due = this.#due;
    this.#due = [];
    this.realize([...values, ...due]);
    updates.forEach(([variable], i) => {
      variable.settle((values[i] as Node).storage as Storage);
    });
  }

  /** The updates and those that waited for them; a variable that is given a value now does not get its older one. */
  #withDeferred(
    asked: readonly (readonly [Variable, Tensor])[],
  ): readonly (readonly [Variable, Tensor])[] {
    const waiting = [...this.#deferred];
    this.#deferred.clear();
    const given = new Set(asked.map(([variable]) => variable));
    const late = waiting.flatMap((variable) => {
      const value = variable.takeDeferred();
      return value === null || given.has(variable) ? [] : [[variable, value] as const];
    });
    return [...asked, ...late];
  }

  capture(
    updates: readonly (readonly [Variable, Tensor])[],
    { constants = [], mayChange = false }: CaptureOptions = {},
  ): CapturedStep {
    checkUpdates(updates);
    const variables = updates.map(([variable]) => variable);
    const graph = this.#unchanging(
      graphOf(
        ownValues(updates),
        variables.map((variable) => variable.node),
      ),
    );
    const written = new Set(variables);
    const fixed = new Set([...constants].filter((each) => !written.has(each)));
    const fixedLeaves = graph.leaves.flatMap(({ owner }, i) =>
      owner !== null && fixed.has(owner) ? [i] : [],
    );
    const plan = mayChange ? this.#newPlan(graph, fixedLeaves) : null;
    const preparation = plan === null ? null : this.#prepare(graph, plan);
    let compiled: Compiled;
    let results: StoredElements[];
    let isFresh: boolean;
    let isDisposed = false;
    const use = (code: Compiled): void => {
      results = code.kept.map((bytes) => this.#allocate(bytes));
      compiled = code;
      isFresh = code.once === null;
    };
    if (preparation === null) this.#inOrder.do(() => use(this.#compile(graph, fixedLeaves, plan)));
    else use({ main: preparation.meanwhile, once: null, kept: [] });
    const step = {
      pending: null as Promise<void> | null,
      run: () => {
        const written = variables.map(({ node }) => this.#own(node.storage as Storage));
        const stored = made([...graph.leaves.map((leaf) => this.#present(leaf)), ...written]);
        this.#inOrder.do(() => {
          const buffers = [...stored, ...results].map(({ buffer }) => buffer);
          if (!isFresh) compiled.once?.run(buffers);
          isFresh = true;
          this.#execute(compiled.main, buffers);
        });
        for (const each of written) each.version++;
      },
      refresh: () =>
        this.#inOrder.do(() => {
          isFresh = compiled.once === null;
        }),
      dispose: () => {
        isDisposed = true;
        preparation?.meanwhile.dispose();
      },
    };
    if (preparation === null) return step;
    const change = (): void => {
      if (isDisposed) return;
      use(this.#compile(graph, fixedLeaves, plan));
      preparation.meanwhile.dispose();
    };
    const settle = (): void => {
      step.pending = null;
    };
    // What cannot be changed to stays as it is: the backend has said why.
    step.pending = preparation.ready.then(change).then(settle, settle);
    return step;
  }

  /** The plan of a graph that is not compiled yet; null if it is. */
  #newPlan(graph: Graph, constants: readonly number[]): FixedPlan | null {
    if (this.backend.prepare === undefined || this.#compiled.has(keyOf(graph, constants)))
      return null;
    return planFixed(graph, this.#target(), constants);
  }

  #prepare(graph: Graph, { main, once }: FixedPlan): Preparation | null {
    const programs = [main, once].filter(({ stages }) => stages.length > 0);
    const whole = (capabilities?: Capabilities): KernelProgram =>
      planFixed(graph, this.#target(capabilities), []).main;
    return this.backend.prepare?.(graph, programs, whole) ?? null;
  }

  #target(capabilities = this.backend.capabilities): PlanTarget {
    return { laneChoices: [capabilities.lanes], ...capabilities, ...this.#options };
  }

  rehearse(body: () => void): Rehearsal {
    const backend = new RehearsalBackend(this.backend.capabilities);
    setEngine(new BackendEngine(backend, this.#options));
    try {
      body();
    } finally {
      setEngine(this);
    }
    return backend.rehearsal();
  }

  listen(listener: ((run: ProgramTiming | Promise<ProgramTiming>) => void) | null): void {
    this.#listener = listener;
  }

  idle(): Promise<void> | null {
    const { waiting } = this.#inOrder;
    if (waiting === null) return this.backend.idle?.() ?? null;
    return waiting.then(() => this.backend.idle?.());
  }

  get arriving(): Promise<void> | null {
    return this.#inOrder.waiting;
  }

  machine(): {
    readonly backend: string;
    readonly threads: number;
    readonly device: string | null;
    peak(): Promise<MachinePeak | null>;
  } {
    const peak = (): Promise<MachinePeak | null> => {
      this.#peak ??= import("./backend/peak.ts").then(({ measurePeak }) =>
        measurePeak(this.backend),
      );
      return this.#peak;
    };
    const { name, capabilities, device = null } = this.backend;
    return { backend: name, threads: capabilities.threads, device, peak };
  }

  get gradientScale(): number {
    return this.backend.capabilities.gradientScale ?? 1;
  }

  get memoryLimit(): number {
    return this.backend.capabilities.memoryLimit ?? Infinity;
  }

  get arenaLimit(): number | null {
    return this.backend.capabilities.arenaLimit ?? null;
  }

  #execute(program: Executable, buffers: readonly BackendBuffer[]): void {
    if (this.#listener === null) return program.run(buffers);
    const timing = program.profile?.(buffers);
    if (timing === undefined) program.run(buffers);
    this.#listener(timing ?? { kernels: null, arenaBytes: 0 });
  }

  #run(outputs: readonly Node[]): void {
    if (outputs.length === 0) return;
    const graph = this.#unchanging(graphOf(outputs));
    for (const leaf of graph.leaves) this.#checkFresh(leaf);
    let compiled: Compiled;
    this.#inOrder.do(() => {
      compiled = this.#compile(graph);
    });
    const results = outputs.map((output) => this.#allocate(bytesOf(output)));
    const leaves = graph.leaves.map((leaf) => this.#own(leaf.storage as Storage));
    const stored = made([...leaves, ...results]);
    this.#inOrder.do(() => {
      const buffers = stored.map(({ buffer }) => buffer);
      this.#execute(compiled.main, buffers);
    });
    outputs.forEach((output, i) => {
      output.settle(results[i] as StoredElements);
    });
  }

  /** `plan` is that of the graph for this backend, if it was made already. */
  #compile(
    graph: Graph,
    constants: readonly number[] = [],
    plan: FixedPlan | null = null,
  ): Compiled {
    const key = keyOf(graph, constants);
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = this.#planned(graph, constants, plan);
      if (this.#compiled.size >= planCacheSize) {
        const [oldest, old] = this.#compiled.entries().next().value as [string, Compiled];
        this.#compiled.delete(oldest);
        old.main.dispose();
        old.once?.dispose();
      }
    } else this.#compiled.delete(key);
    this.#compiled.set(key, compiled);
    return compiled;
  }

  #planned(graph: Graph, constants: readonly number[], plan: FixedPlan | null): Compiled {
    // A backend that interprets the graph asks for no plan: it has nothing to compute in advance.
    const plans: FixedPlan[] = [];
    const start = performance.now();
    const main = this.backend.compile(graph, (capabilities) => {
      const isGiven = plan !== null && capabilities === undefined;
      const made = isGiven ? plan : planFixed(graph, this.#target(capabilities), constants);
      plans.push(made);
      return made.main;
    });
    const made = plans.at(-1);
    const ms = performance.now() - start;
    // A rehearsal compiles nothing.
    if (!(this.backend instanceof RehearsalBackend))
      tellPlan({ graph, program: made?.main ?? null, executable: main, ms });
    if (made === undefined || made.once.stages.length === 0) return { main, once: null, kept: [] };
    return { main, once: this.backend.compile(graph, () => made.once), kept: made.kept };
  }

  /** The graph as it is now, also for those who look at it later. */
  #unchanging(graph: Graph): Graph {
    return this.#inOrder.waiting === null ? graph : copyOfGraph(graph);
  }

  /** The present elements of a captured leaf: a variable may have been given others meanwhile. */
  #present(leaf: Node): StoredElements {
    return this.#own((leaf.owner?.node ?? leaf).storage as Storage);
  }

  #allocate(bytes: number): StoredElements {
    const storage = new StoredElements(this.backend, bytes, () => this.#buffer(bytes));
    // What a program writes must be there before it runs, and memory that runs out is noticed here.
    void storage.buffer;
    return storage;
  }

  #filled(dtype: Dtype, bytes: number, make: () => TypedArray): BackendBuffer {
    const buffer = this.#buffer(bytes);
    this.backend.write(buffer, dtype, make());
    return buffer;
  }

  #buffer(bytes: number): BackendBuffer {
    const held = this.backend.memory().tensors;
    if (held + bytes > this.#collectAt) {
      collectGarbage();
      // What was freed shows at the next turn of the event loop: the bound rises until then.
      this.#collectAt = Math.max(held * 1.25, collectAfter) + bytes;
      setTimeout(() => {
        this.#collectAt = Math.max(2 * this.backend.memory().tensors, collectAfter);
      });
    }
    return this.backend.allocate(bytes);
  }

  #own(storage: Storage): StoredElements {
    if (storage instanceof StoredElements && storage.backend === this.backend) return storage;
    throw new BackendError("this tensor was made on another backend", {
      hint: "call setBackend before making tensors, or copy: Tensor.from(await t.data(), { shape: t.shape })",
    });
  }

  #checkFresh(node: Node): void {
    const storage = node.storage as Storage;
    if (storage.version === node.version || (node.owner !== null && node.owner.node === node))
      return;
    throw new BackendError(
      "this value was overwritten by a later training step before it was read",
      {
        facts: [{ name: "value", value: `${node.dtype} ${formatShape(node.shape)}` }],
        hint: "read it (await t.data()) or call t.realize() before the next step",
      },
    );
  }
}

function keyOf({ signature }: Graph, constants: readonly number[]): string {
  return constants.length === 0 ? signature : `${signature} | ${constants}`;
}

/** Makes a backend the one that computes from now on. */
export function useBackend(backend: Backend, options: EngineOptions = {}): BackendEngine {
  const code = arriving(backend.capabilities.grain ?? "thread");
  const engine = new BackendEngine(backend, options, code);
  setEngine(engine);
  return engine;
}
