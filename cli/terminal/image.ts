// A picture in characters: two pixels a character as half blocks, or one shade for both.
import type { Look } from "./terminal.ts";

const ramp = " .:-=+*#%@";
const blocks = " ░▒▓█";

/**
 * Draws a picture.
 * @param pixels row-major, `channels` bytes a pixel: grey, or red, green, blue
 * @returns ⌈height / 2⌉ lines of `width` characters
 */
export function drawImage(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 3,
  look: Look,
): string[] {
  const at = (x: number, y: number): Color => {
    if (y >= height) return [0, 0, 0];
    const position = (y * width + x) * channels;
    const [red = 0, green = red, blue = red] = pixels.subarray(position, position + channels);
    return [red, green, blue];
  };
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = "";
    let last = "";
    for (let x = 0; x < width; x++) {
      const upper = at(x, y);
      const lower = at(x, y + 1);
      if (look.colors < 256 || !look.unicode) {
        line += shade((grey(upper) + grey(lower)) / 2, look);
        continue;
      }
      const style = `\x1b[38;${color(upper, look)};48;${color(lower, look)}m`;
      // Runs of one colour need the sequence once.
      line += style === last ? "▀" : `${style}▀`;
      last = style;
    }
    lines.push(last === "" ? line.trimEnd() : `${line}\x1b[0m`);
  }
  return lines;
}

type Color = readonly [number, number, number];

/** Rec. 601 luma. */
function grey([red, green, blue]: Color): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function shade(value: number, look: Look): string {
  const characters = look.unicode ? blocks : ramp;
  return characters[Math.round((value / 255) * (characters.length - 1))] as string;
}

function color([red, green, blue]: Color, look: Look): string {
  if (look.colors > 256) return `2;${red};${green};${blue}`;
  // The 256 colours have 24 greys (232 to 255) and a cube of 6 × 6 × 6 (16 to 231).
  if (red === green && green === blue) return `5;${232 + Math.round((red / 255) * 23)}`;
  const level = (value: number) => Math.round((value / 255) * 5);
  return `5;${16 + 36 * level(red) + 6 * level(green) + level(blue)}`;
}
