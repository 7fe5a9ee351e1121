// Ctrl-C while something runs that should be brought to a good end: the first asks it to stop, the
// second ends the process.
import { constants } from "node:os";
import { closedPipe, type Terminal } from "../terminal/terminal.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * One Ctrl-C can arrive several times: the terminal sends it to the whole process group, and npm
 * and other parents pass theirs on. Only one that comes later than this is a second one.
 */
const sameMs = 250;

export interface Stop {
  readonly signal: AbortSignal;
  /** Exit code that tells what stopped the process: 130 after Ctrl-C. `null` while nothing did. */
  exitCode(): number | null;
  /** From here on signals end the process as usual. */
  dispose(): void;
}

/** Turns signals, and a reader of the output that has gone, into an AbortSignal. */
export function stopOnSignals(terminal: Terminal): Stop {
  const controller = new AbortController();
  let code: number | null = null;
  let firstAt = 0;
  const stop = (exitCode: number): void => {
    if (code === null) {
      code = exitCode;
      firstAt = performance.now();
      controller.abort();
    } else if (performance.now() - firstAt > sameMs) {
      process.exit(exitCode);
    }
  };
  const handlers = signals.map(
    (name) => [name, () => stop(128 + constants.signals[name])] as const,
  );
  for (const [name, handler] of handlers) process.on(name, handler);
  terminal.whenClosed = () => {
    // Every further line fails as well; only the first failure asks to stop.
    if (code === null) stop(closedPipe);
  };
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      for (const [name, handler] of handlers) process.removeListener(name, handler);
      terminal.whenClosed = null;
    },
  };
}
