// A training that pages may watch: `fovea train --studio`.
import type { ExitCode } from "../command.ts";
import type { DisplayKind } from "../run/display.ts";
import { stopOnSignals } from "../run/stop.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { openStudio } from "./open.ts";
import { TrainingWatch } from "./watch.ts";

export interface WatchRequest {
  /** Is it to be served at all? */
  readonly studio: boolean;
  readonly port: number | undefined;
  readonly display: DisplayKind;
}

/**
 * Serves the studio while a training runs, and after it for as long as a page is open that shows it: the page can still
 * fetch the network.
 * @throws FoveaError before anything is trained, if the port cannot be had
 */
export async function whileWatched(
  { studio, port, display }: WatchRequest,
  terminal: Terminal,
  train: (watch: TrainingWatch | null) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (!studio) return train(null);
  const watch = new TrainingWatch();
  const { address, close } = await openStudio(port, watch);
  if (display !== "quiet") terminal.note(`Watch it in the studio: ${address}#/runs`);
  try {
    const code = await train(watch);
    watch.over(code === 0 ? "finished" : "stopped");
    if (code === 0 && watch.isWatched) {
      if (display !== "quiet") terminal.note("A page still shows it: Ctrl-C, or closing it, ends.");
      const stop = stopOnSignals(terminal);
      await watch.left(stop.signal);
      stop.dispose();
    }
    return code;
  } catch (error) {
    watch.over("failed", error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    await close();
  }
}
