// Runs one module of the repository in a page of headless Chromium and hands back what it exports by default.
import { ChromiumPage, findChromium } from "./chromium.ts";
import { startServer } from "./server.ts";

export interface AskPageOptions {
  readonly timeoutMs?: number;
  /** May the page share memory with its workers? (default true) */
  readonly isolated?: boolean;
  /** May the page use WebGPU? (default false) */
  readonly gpu?: boolean;
  /** Further files, by path. */
  readonly files?: Readonly<Record<string, () => Promise<Uint8Array>>>;
}

/** The page: imports the module and sends its answer. */
const html = (module: string): string => `<!doctype html><meta charset="utf-8"><title>Fovea</title>
<script type="module">
const send = (answer) => fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
addEventListener("error", ({ message }) => send({ error: message }));
import(${JSON.stringify(module)}).then(
  ({ default: value }) => send({ value }),
  (error) => send({ error: String(error?.stack ?? error) }),
);
</script>`;

/**
 * @param module its path in the repository, with a query if it reads one from its own address
 * @throws Error if there is no Chromium, the module throws, or the time is over
 */
export async function askPage<Value>(
  module: string,
  { timeoutMs = 60_000, isolated = true, gpu = false, files = {} }: AskPageOptions = {},
): Promise<Value> {
  const program = findChromium();
  if (program === undefined)
    throw new Error(
      "there is no Chromium\n  hint   apt install chromium, or set CHROMIUM to its path",
    );
  let answered: (answer: { readonly value?: Value; readonly error?: string }) => void = () => {};
  const answer = new Promise<{ readonly value?: Value; readonly error?: string }>((resolve) => {
    answered = resolve;
  });
  const handler = (path: string, body: Buffer): Promise<string | Uint8Array> | undefined => {
    if (path === "/page.html") return Promise.resolve(html(module));
    if (path === "/answer") {
      answered(JSON.parse(body.toString()));
      return Promise.resolve("{}");
    }
    return files[path]?.();
  };
  const { server, address } = await startServer("", handler, { isolated });
  const page = new ChromiumPage(
    program,
    `${address}/page.html`,
    (error) => answered({ error }),
    gpu ? "on" : "off",
  );
  const late = { error: `no answer within ${timeoutMs / 1000} s` };
  const timer = setTimeout(() => answered(late), timeoutMs);
  try {
    const { value, error } = await answer;
    if (error !== undefined) throw new Error(`${module}: ${error}`);
    return value as Value;
  } finally {
    clearTimeout(timer);
    await page.stop();
    server.closeAllConnections();
    server.close();
  }
}
