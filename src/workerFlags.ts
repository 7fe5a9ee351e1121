// Flags of Node for the worker threads of this process.

/**
 * Workers inherit the flags of Node, except where they say how the main script was given. Flags of the engine, such as
 * `--max-old-space-size`, may be inherited but not given.
 */
export function workerFlags(): { execArgv?: string[] } {
  const flags = process.execArgv;
  if (!flags.some((flag) => flag.startsWith("--input-type"))) return {};
  return { execArgv: flags.filter((flag) => flag.startsWith("--experimental-")) };
}
