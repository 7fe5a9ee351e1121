// A network made ready for use inside a product: its forward pass compiled once for one shape of input, with
// everything that follows from its weights alone computed in advance.
import { newTypedArray } from "../tensor/dtype.ts";
import { engine } from "../tensor/engine.ts";
import { checkOptions, OptionError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { noGrad } from "../tensor/state.ts";
import { Tensor, Variable } from "../tensor/tensor.ts";
import { inEvaluation } from "./evaluation.ts";
import type { Module } from "./module.ts";

export interface CompileOptions {
  /** What is done with the network's output before it is read: `(y) => y.softmax(1)`, say. */
  readonly output?: (y: Tensor) => Tensor;
}

/**
 * The forward pass of a network, compiled. Made by {@link compile}.
 * @example
 * const classify = compile(new Linear(4, 2), [1, 4]);
 * (await classify.run(new Float32Array(4))).length // 2
 */
export class CompiledNetwork {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly #input: Variable;
  readonly #output: Variable;
  readonly #step: ReturnType<ReturnType<typeof engine>["capture"]>;

  /** @internal use {@link compile} */
  constructor(net: Module, inputShape: Shape, output: (y: Tensor) => Tensor) {
    this.inputShape = inputShape;
    const size = sizeOf(inputShape);
    this.#input = new Variable(Tensor.from(new Float32Array(size), { shape: inputShape }));
    const y = inEvaluation(net, () => noGrad(() => output(net.forward(this.#input))));
    this.outputShape = y.shape;
    // From numbers that are there: making zeros would be a kernel of its own.
    const zeros = newTypedArray(y.dtype, y.numel);
    this.#output = new Variable(Tensor.from(zeros, { shape: y.shape, dtype: y.dtype }));
    const constants = [...net.stateDict().values()].filter((each) => each instanceof Variable);
    this.#step = engine().capture([[this.#output, y]], { constants, mayChange: true });
  }

  /**
   * Runs the network.
   * @param input as many float32 values as the input has, row-major
   * @returns the output's values, row-major
   * @throws ShapeError if the input has another length
   */
  async run(input: Float32Array): Promise<Float32Array> {
    const expected = sizeOf(this.inputShape);
    if (!(input instanceof Float32Array) || input.length !== expected) {
      const found = input instanceof Float32Array ? `${input.length} values` : "no Float32Array";
      throw new ShapeError("compiled network: the input does not fit", {
        facts: [
          { name: "found", value: found },
          { name: "needed", value: `${expected} values`, remark: formatShape(this.inputShape) },
        ],
      });
    }
    this.#input.write(input);
    this.#step.run();
    const values = (await this.#output.data()) as Float32Array;
    // Runs without a pause between them would keep the process from noticing that native code is ready.
    if (this.#step.pending !== null) await new Promise((resolve) => setTimeout(resolve));
    return values;
  }

  /**
   * Waits until the code is there that all further runs use. Runs may begin before: on the backend "auto", where native code
   * has to be compiled first, they compute on wasm meanwhile, the last bits of their results may differ, and changed parameters
   * show without a refresh.
   * @example
   * const classify = compile(new Linear(4, 2), [1, 4]);
   * await classify.ready();
   */
  async ready(): Promise<void> {
    await this.#step.pending;
  }

  /** Takes the network's parameters as they are now; until then those of the compilation are used. */
  refresh(): void {
    this.#step.refresh();
  }

  /** Frees what the compiled pass keeps. */
  dispose(): void {
    this.#step.dispose();
  }
}

/**
 * Compiles a network's forward pass for one shape of input, in evaluation mode and without gradients: what an
 * application runs again and again. Weights are packed and transformed, and normalisation is worked into factors, before
 * the first run. As `torch.jit.trace` with `torch.jit.freeze`.
 *
 * On the backend "auto", native code that is not in the cache is compiled in the background; until it is ready runs are computed
 * on wasm, see {@link CompiledNetwork.ready}.
 * @param net        the network; its parameters are used as they are now, see {@link CompiledNetwork.refresh}
 * @param inputShape of the whole input, batch included: `[1, 1, 28, 28]`
 * @param options    output
 * @throws ShapeError from the network if such an input does not fit; OptionError for unknown options
 * @example
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const classify = compile(net, [1, 1, 28, 28], { output: (y) => y.softmax(1) });
 * (await classify.run(new Float32Array(784))).length // 10
 */
export function compile(
  net: Module,
  inputShape: Shape,
  options: CompileOptions = {},
): CompiledNetwork {
  checkOptions("compile", options, ["output"]);
  const { output = (y) => y } = options;
  if (typeof output !== "function") throw new OptionError("compile: output must be a function");
  return new CompiledNetwork(net, inputShape, output);
}
