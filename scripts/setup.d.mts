export const root: string;
export const pinnedNode: string;
export function setup(): Promise<void>;
export function npm(
  args: readonly string[],
  options?: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): Promise<{ readonly code: number; readonly output: string }>;
