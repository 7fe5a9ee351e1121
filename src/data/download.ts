// Fetching a file over HTTP: gives up fast where there is no network, never waits for a server that
// stopped sending, and never takes more bytes than it was told to expect. Node and browsers.
import { DataError } from "../tensor/errors.ts";

export interface DownloadOptions {
  /** The most that is accepted, in bytes. */
  readonly maxBytes: number;
  /** Time until the server must have answered, in milliseconds. */
  readonly connectTimeoutMs?: number;
  /** Longest pause between two pieces, in milliseconds. */
  readonly stallTimeoutMs?: number;
  /** Called with the bytes so far, and the total if the server says it. */
  readonly onBytes?: (received: number, total: number | undefined) => void;
}

/**
 * Downloads one file into memory. The caller verifies it before using it.
 * @param url     http or https
 * @param options maxBytes; connectTimeoutMs 5,000; stallTimeoutMs 15,000; onBytes for progress
 * @throws DataError if there is no answer in time, the answer is no file, the transfer stalls or is
 *   cut, or more than `maxBytes` arrive
 * @example
 * await download("https://example.org/t10k-labels-idx1-ubyte.gz", { maxBytes: 10_000 }) // not run: needs the network
 */
export async function download(url: string, options: DownloadOptions): Promise<Uint8Array> {
  const { maxBytes, connectTimeoutMs = 5_000, stallTimeoutMs = 15_000, onBytes } = options;
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort("no answer"), connectTimeoutMs);
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok)
      throw failed(url, `the server answered ${response.status} ${response.statusText}`.trim());
    if (response.body === null) throw failed(url, "the answer is empty");
    const announced = Number(response.headers.get("content-length") ?? Number.NaN);
    if (announced > maxBytes)
      throw failed(url, `the server offers ${announced} bytes, at most ${maxBytes} are expected`);
    const pieces: Uint8Array[] = [];
    let received = 0;
    const restart = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort("stalled"), stallTimeoutMs);
    };
    restart();
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      received += piece.length;
      if (received > maxBytes)
        throw failed(url, `the server sends more than the expected ${maxBytes} bytes`);
      pieces.push(piece);
      onBytes?.(received, Number.isNaN(announced) ? undefined : announced);
      restart();
    }
    return join(pieces, received);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const reason = controller.signal.reason;
    if (reason === "no answer")
      throw failed(url, `no answer within ${connectTimeoutMs / 1000} s`, cause);
    if (reason === "stalled")
      throw failed(url, `nothing came for ${stallTimeoutMs / 1000} s`, cause);
    throw failed(url, describe(cause), cause);
  } finally {
    clearTimeout(timer);
    // Ends the transfer where it was left early; without effect on one that is complete.
    controller.abort();
  }
}

function failed(url: string, reason: string, cause?: unknown): DataError {
  return new DataError(`download failed: ${reason}`, {
    facts: [{ name: "address", value: url }],
    cause,
  });
}

/** fetch says only "fetch failed"; what happened is in its cause. */
function describe(error: unknown): string {
  const { cause, message } = error as Error;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.message;
  return message;
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let position = 0;
  for (const piece of pieces) {
    bytes.set(piece, position);
    position += piece.length;
  }
  return bytes;
}
