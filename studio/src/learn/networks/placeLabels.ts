// Labels beside points, where they cover neither points nor each other.

export interface Labelled {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** About as wide as a letter of the font, and as high as a line. */
const [letter, line, away] = [7, 14, 8];

/** Where each label's text begins: its left end, on the line. */
export function placeLabels(points: readonly Labelled[], rightEnd: number): Labelled[] {
  const taken: Box[] = points.map(({ x, y }) => ({
    left: x - 6,
    right: x + 6,
    top: y - 6,
    bottom: y + 6,
  }));
  return points.map(({ name, x, y }) => {
    const width = name.length * letter;
    const boxAt = (left: number, middle: number): Box => ({
      left,
      right: left + width,
      top: middle - line / 2,
      bottom: middle + line / 2,
    });
    const places = [
      boxAt(x + away, y),
      boxAt(x - away - width, y),
      boxAt(x - width / 2, y - 15),
      boxAt(x - width / 2, y + 15),
      boxAt(x - width, y - 15),
      boxAt(x - width, y + 15),
      boxAt(x, y - 27),
      boxAt(x, y + 27),
    ];
    const free = places.find(
      (box) => box.right <= rightEnd && box.left >= 0 && !taken.some((other) => meet(box, other)),
    );
    const box = free ?? (places[1] as Box);
    taken.push(box);
    return { name, x: box.left, y: box.bottom - 3 };
  });
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
