// Where a command writes, and what that place can show: width, colours, Unicode, and whether a
// person is watching.
import type { WriteStream } from "node:tty";

/** What the output can show. */
export interface Look {
  /** 0 none, 16, 256, or 16,777,216 colours. */
  readonly colors: 0 | 16 | 256 | 16777216;
  /** Block and braille characters, or ASCII alone. */
  readonly unicode: boolean;
}

export interface Terminal {
  readonly look: Look;
  /** Is a person watching, so that lines may be redrawn? */
  readonly isLive: boolean;
  /** Characters in a line; 80 where nobody can say. */
  columns(): number;
  rows(): number;
  write(text: string): void;
  /** One line. */
  line(text?: string): void;
  /** A remark for the person, beside the output: to stderr. */
  note(text: string): void;
  /** Called instead of ending when the reader of the output has gone. */
  whenClosed: (() => void) | null;
  style(text: string, style: Style): string;
}

export type Style = "bold" | "dim" | "accent" | "good" | "bad";

const codes: Record<Style, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  accent: [36, 39],
  good: [32, 39],
  bad: [31, 39],
};

/** Exit code of a process that writes to a pipe nobody reads: what SIGPIPE would give. */
export const closedPipe = 128 + 13;

export function openTerminal(options: { readonly color: boolean }): Terminal {
  const { stdout, stderr, env } = process;
  const look: Look = { colors: options.color ? colorsOf(stdout) : 0, unicode: hasUnicode(env) };
  const terminal: Terminal = {
    look,
    isLive: stdout.isTTY === true && env.TERM !== "dumb",
    columns: () => (stdout.isTTY ? stdout.columns || 80 : 80),
    rows: () => (stdout.isTTY ? stdout.rows || 24 : 24),
    write: (text) => void stdout.write(text),
    line: (text = "") => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    whenClosed: null,
    style: (text, style) => paint(text, style, look),
  };
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (terminal.whenClosed === null) process.exit(closedPipe);
    terminal.whenClosed();
  });
  // Nobody reads the remarks: no reason to stop.
  stderr.on("error", () => {});
  return terminal;
}

/** Text in a style, if the place has colours. */
export function paint(text: string, style: Style, look: Look): string {
  if (look.colors === 0) return text;
  const [on, off] = codes[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

function colorsOf(stream: WriteStream): Look["colors"] {
  // NO_COLOR counts when it is not empty (no-color.org); Node's getColorDepth knows the rest.
  if (!stream.isTTY || (process.env.NO_COLOR ?? "") !== "") return 0;
  const bits = stream.getColorDepth();
  return bits >= 24 ? 16777216 : bits >= 8 ? 256 : bits >= 4 ? 16 : 0;
}

function hasUnicode(env: NodeJS.ProcessEnv): boolean {
  if (process.platform === "win32") return env.WT_SESSION !== undefined;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  // Containers often have no locale at all, and a terminal that shows UTF-8.
  return locale === "" ? env.TERM !== "linux" : /utf-?8/i.test(locale);
}
