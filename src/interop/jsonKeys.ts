// Finds keys that a JSON object names twice, at any depth. JSON.parse keeps the last one silently,
// which lets one file mean different things to different readers.

/**
 * The first key that an object of this JSON text repeats, or undefined.
 * @param json text that JSON.parse accepted
 * @example duplicateKey('{"a": 1, "\\u0061": 2}') // "a"
 */
export function duplicateKey(json: string): string | undefined {
  // One set per open object, null per open array; a string is a key if a colon follows it.
  const open: (Set<string> | null)[] = [];
  // Scanned by hand: a regular expression for long strings runs out of backtracking stack.
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(json, i);
      if (isKey(json, end)) {
        const key = JSON.parse(json.slice(i, end)) as string;
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      i = end - 1;
    }
  }
  return undefined;
}

/** Position behind the closing quote of the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (i < json.length && json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i + 1;
}

/** Is a colon the next thing but white space? */
function isKey(json: string, position: number): boolean {
  let i = position;
  while (json[i] === " " || json[i] === "\n" || json[i] === "\r" || json[i] === "\t") i++;
  return json[i] === ":";
}
