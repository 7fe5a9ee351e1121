// Lines that are redrawn in place, at most ten times a second. The cursor is hidden meanwhile, and
// comes back however the process ends.
import { visibleLength } from "./format.ts";
import type { Terminal } from "./terminal.ts";

const minIntervalMs = 100;

export class LiveBlock {
  readonly #terminal: Terminal;
  readonly #restore = () => this.#showCursor();
  #widths: readonly number[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Draws the lines over the last ones; leaves it if that was less than a tenth of a second ago. */
  draw(lines: () => readonly string[], options: { readonly now?: boolean } = {}): void {
    const time = performance.now();
    if (options.now !== true && time - this.#drawnAt < minIntervalMs) return;
    this.#drawnAt = time;
    if (!this.#isOpen) {
      this.#isOpen = true;
      process.once("exit", this.#restore);
    }
    const shown = lines().slice(0, Math.max(1, this.#terminal.rows() - 1));
    const body = shown.map((line) => `${line}\x1b[K`).join("\n");
    // ?2026 asks the terminal to show the change at once; those that do not know it ignore it.
    this.#terminal.write(`\x1b[?2026h\x1b[?25l${this.#upToStart()}${body}\n\x1b[J\x1b[?2026l`);
    this.#widths = shown.map(visibleLength);
  }

  /** Leaves the last lines standing and gives the cursor back. */
  finish(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.removeListener("exit", this.#restore);
    this.#showCursor();
    this.#widths = [];
  }

  #showCursor(): void {
    this.#terminal.write("\x1b[?25h");
  }

  /** Back to the first line. A window made narrower has wrapped the lines: they count by its width. */
  #upToStart(): string {
    const columns = this.#terminal.columns();
    const rows = this.#widths.reduce(
      (sum, width) => sum + Math.max(1, Math.ceil(width / columns)),
      0,
    );
    return rows === 0 ? "" : `\x1b[${rows}A\r`;
  }
}
