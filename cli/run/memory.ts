// What a training step of a network keeps in memory, in the terminal: `fovea summary --memory`.
import { inspect, type nn, optim } from "../../src/index.ts";
import type { ExitCode } from "../command.ts";
import { curve } from "../terminal/curve.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { optimizerNames } from "./names.ts";

export interface MemoryRequest {
  readonly net: nn.Module;
  readonly model: string;
  readonly batch: number;
  readonly imageShape: readonly number[];
  readonly optimizer: string;
  readonly json: boolean;
}

/** Plans a step and tells what lives when: in use over the stages, and what there is where most is. */
export function memoryReport(request: MemoryRequest, terminal: Terminal): ExitCode {
  const { net, model, batch, json } = request;
  const inputShape = request.imageShape as [number, number, number];
  const optimizer = request.optimizer as (typeof optimizerNames)[number];
  // The rate changes nothing about memory.
  const use = inspect.memoryUse(net, {
    ...{ inputShape, batchSize: batch },
    optimizer: optim[optimizer]({ lr: 0.01 }),
  });
  if (json) {
    terminal.line(JSON.stringify(use));
    return 0;
  }
  const shape = [batch, ...inputShape].join(" x ");
  terminal.line(terminal.style(`${model}, a training step with ${optimizer}, ${shape}`, "bold"));
  const columns = Math.min(terminal.columns() - 1, 72);
  terminal.line("temporaries in use, stage by stage:");
  for (const line of curve(use.timeline, columns, 5, terminal.look)) terminal.line(line.trimEnd());
  terminal.line();
  const limit = terminal.isLive ? { columns: terminal.columns() } : {};
  terminal.line(inspect.formatMemoryUse(use, limit));
  return 0;
}
