// The few parts of Protocol Buffers that event files need: a message is a list of fields, each a tag (number and wire
// type) and a value.

/** A field of a message as it is stored: a whole number, or bytes. */
export interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** A whole number of at least 0, in groups of seven bits, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}

export function integerField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8), ...varint(value)]);
}

export function doubleField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + 1), ...littleEndian(8, value)]);
}

export function floatField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + 5), ...littleEndian(4, value)]);
}

/** Bytes, a text in UTF-8, or a message inside the message. */
export function bytesField(number: number, value: Uint8Array | string): Uint8Array {
  const content = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined([Uint8Array.from([...varint(number * 8 + 2), ...varint(content.length)]), content]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function littleEndian(bytes: 4 | 8, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer);
}

/** The fields of a message, up to one that is of an unknown kind or cut off. */
export function* fieldsOf(message: Uint8Array): Iterable<Field> {
  let at = 0;
  const read = (): number => {
    let [value, factor] = [0, 1];
    for (; at < message.length; factor *= 128) {
      const byte = message[at++] as number;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < message.length) {
    const tag = read();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) {
      yield { number, value: read() };
      continue;
    }
    const length = tag % 8 === 1 ? 8 : tag % 8 === 5 ? 4 : tag % 8 === 2 ? read() : Number.NaN;
    if (!(at + length <= message.length)) return;
    yield { number, value: message.subarray(at, at + length) };
    at += length;
  }
}
