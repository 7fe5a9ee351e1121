// What is drawn in the terminal: the block in place, pictures, bars and curves.
import { describe, expect, it } from "vitest";
import { bar } from "../../cli/terminal/bar.ts";
import { curve } from "../../cli/terminal/curve.ts";
import {
  count,
  cut,
  duration,
  lossText,
  percent,
  visibleLength,
} from "../../cli/terminal/format.ts";
import { drawImage } from "../../cli/terminal/image.ts";
import { LiveBlock } from "../../cli/terminal/live.ts";
import type { Terminal } from "../../cli/terminal/terminal.ts";

const plain = { colors: 0, unicode: true } as const;
const ascii = { colors: 0, unicode: false } as const;

/** A screen that understands the few sequences in use; `columns` may change as in a resized window. */
class Screen {
  columns = 40;
  lines: string[] = [""];
  row = 0;
  column = 0;
  cursorShown = true;

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    for (const [piece] of text.matchAll(/\x1b\[[0-9;?]*[A-Za-z]|[^\x1b]/gu)) this.#put(piece);
  }

  #put(piece: string): void {
    const up = /^.\[(\d+)A$/.exec(piece);
    if (up !== null) this.row = Math.max(0, this.row - Number(up[1]));
    else if (piece === "\r") this.column = 0;
    else if (piece === "\n") this.#down();
    else if (piece === "\x1b[K") this.lines[this.row] = this.#line().slice(0, this.column);
    else if (piece === "\x1b[J") {
      this.lines[this.row] = this.#line().slice(0, this.column);
      this.lines.length = this.row + 1;
    } else if (piece === "\x1b[?25l") this.cursorShown = false;
    else if (piece === "\x1b[?25h") this.cursorShown = true;
    else if (!piece.startsWith("\x1b")) {
      if (this.column === this.columns) this.#down();
      const line = this.#line().padEnd(this.column);
      this.lines[this.row] = line.slice(0, this.column) + piece + line.slice(this.column + 1);
      this.column++;
    }
  }

  #line(): string {
    return this.lines[this.row] ?? "";
  }

  #down(): void {
    this.row++;
    this.column = 0;
    this.lines[this.row] ??= "";
  }
}

const terminalOf = (screen: Screen, rows = 24): Terminal => ({
  look: plain,
  isLive: true,
  columns: () => screen.columns,
  rows: () => rows,
  write: (text) => screen.write(text),
  line: (text = "") => screen.write(`${text}\n`),
  note: () => {},
  whenClosed: null,
  style: (text) => text,
});

describe("LiveBlock", () => {
  it("draws over its own lines and over nothing else", () => {
    const screen = new Screen();
    screen.write("before\n");
    const block = new LiveBlock(terminalOf(screen));
    block.draw(() => ["a long first line", "two", "three"], { now: true });
    expect(screen.cursorShown).toBe(false);
    block.draw(() => ["first", "2"], { now: true });
    block.finish();
    screen.write("after\n");
    expect(screen.lines).toEqual(["before", "first", "2", "after", ""]);
    expect(screen.cursorShown).toBe(true);
  });

  it("draws at most ten times a second", () => {
    const screen = new Screen();
    const block = new LiveBlock(terminalOf(screen));
    let drawn = 0;
    const lines = () => [`${++drawn}`];
    for (let i = 0; i < 100; i++) block.draw(lines);
    expect(drawn).toBeLessThanOrEqual(2);
    block.finish();
  });

  it("leaves out what is higher than the window", () => {
    const screen = new Screen();
    const block = new LiveBlock(terminalOf(screen, 3));
    for (const _ of [1, 2]) block.draw(() => ["1", "2", "3", "4"], { now: true });
    block.finish();
    expect(screen.lines).toEqual(["1", "2", ""]);
  });

  it("finds its first line again in a window made narrower", () => {
    const screen = new Screen();
    screen.write("before\n");
    const block = new LiveBlock(terminalOf(screen));
    block.draw(() => ["x".repeat(30), "y"], { now: true });
    // What the terminal makes of it: the long line takes two rows now.
    screen.columns = 20;
    screen.lines = ["before", "x".repeat(20), "x".repeat(10), "y", ""];
    screen.row = 4;
    block.draw(() => ["short", "y"], { now: true });
    block.finish();
    expect(screen.lines).toEqual(["before", "short", "y", ""]);
  });
});

describe("drawImage", () => {
  const cross = Uint8Array.of(255, 0, 255, 0, 255, 0, 255, 0, 255, 128);

  it("takes two rows of pixels a line", () => {
    expect(drawImage(cross.subarray(0, 9), 3, 3, 1, plain)).toEqual(["▒▒▒", "▒ ▒"]);
    expect(drawImage(cross.subarray(0, 9), 3, 3, 1, ascii)).toEqual(["+++", "+ +"]);
  });

  it("colours half blocks where there are colours", () => {
    const pixels = Uint8Array.of(255, 0, 0, 255);
    expect(drawImage(pixels, 2, 2, 1, { colors: 16777216, unicode: true })).toEqual([
      "\x1b[38;2;255;255;255;48;2;0;0;0m▀\x1b[38;2;0;0;0;48;2;255;255;255m▀\x1b[0m",
    ]);
    expect(drawImage(pixels, 2, 2, 1, { colors: 256, unicode: true })).toEqual([
      "\x1b[38;5;255;48;5;232m▀\x1b[38;5;232;48;5;255m▀\x1b[0m",
    ]);
    const red = Uint8Array.of(255, 0, 0, 0, 0, 255);
    expect(drawImage(red, 1, 2, 3, { colors: 256, unicode: true })).toEqual([
      "\x1b[38;5;196;48;5;21m▀\x1b[0m",
    ]);
  });
});

describe("bars and curves", () => {
  it("fill their columns exactly", () => {
    for (const look of [plain, ascii]) {
      for (const fraction of [-1, 0, 0.001, 0.5, 0.99, 1, 2, Number.NaN]) {
        for (const columns of [1, 7, 40])
          expect(visibleLength(bar(fraction, columns, look))).toBe(columns);
      }
    }
    expect(bar(0.5, 3, plain, { track: false })).toBe("█▌ ");
  });

  it("show the shape of the values", () => {
    expect(curve([0, 1, 2, 3, 4, 5, 6, 7], 4, 2, plain).map((line) => line.trimEnd())).toEqual([
      "  ⡠⠊",
      "⡠⠊",
    ]);
    expect(curve([1, 0], 4, 2, ascii)).toEqual(["**  ", "  **"]);
    expect(curve([], 3, 1, plain)).toEqual(["   "]);
  });
});

it("numbers are written as people read them", () => {
  expect([count(1234567), percent(0.8745), percent(null)]).toEqual(["1,234,567", "87.5 %", "-"]);
  expect([0.04, 9.96, 59.4, 65, 7384].map((value) => duration(value))).toEqual([
    "0.0 s",
    "10 s",
    "59 s",
    "1:05",
    "2:03:04",
  ]);
  expect([0.61234, 2.3031, 12.345, 1e20, -0.5, Number.NaN].map(lossText)).toEqual([
    "0.6123",
    "2.303",
    "12.35",
    "1e+20",
    "-0.500",
    "NaN",
  ]);
  expect([cut("abcdef", 6), cut("abcdefg", 6), cut("abc", 1)]).toEqual(["abcdef", "abcd..", "."]);
});
