// Starts the studio's server for a command, and says in words why it cannot.
import { existsSync } from "node:fs";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { FoveaError } from "../../src/index.ts";
import { localData } from "./localData.ts";
import { portOf, startStudioServer } from "./server.ts";
import type { TrainingWatch } from "./watch.ts";

/** Where the studio is unless another port is named. */
export const usualPort = 4747;

/** The option of the commands that serve the studio. */
export const portOption = {
  type: "integer",
  value: "N",
  min: 0,
  max: 65535,
  help: "where it listens; 0 for any that is free",
  defaultText: String(usualPort),
} as const;

export interface OpenStudio {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the studio to this machine, with a training if there is one.
 * @throws FoveaError if the port cannot be had, or the page is not built
 */
export async function openStudio(
  port = usualPort,
  watch: TrainingWatch | null = null,
): Promise<OpenStudio> {
  const folder = siteFolder();
  const server: Server = await startStudioServer({ folder, data: localData(), port, watch }).catch(
    (error) => {
      throw explained(error, port);
    },
  );
  return {
    address: `http://127.0.0.1:${portOf(server)}/`,
    async close() {
      await watch?.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The built site: beside the compiled command, or in `dist/` of a checkout; the environment may name another. */
function siteFolder(): string {
  const { FOVEA_STUDIO: named } = process.env;
  if (named !== undefined && existsSync(`${named}/index.html`)) return named;
  const candidates = ["../../studio/", "../../dist/studio/"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(`${folder}/assets`));
  if (found !== undefined) return found;
  throw new FoveaError("studio: the page is not built", {
    hint: "npm run studio:build builds it",
  });
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new FoveaError(`studio: port ${port} is taken by another program`, {
      hint: "choose another with --port N, or --port 0 for any that is free",
    });
  }
  if (error.code === "EACCES") {
    return new FoveaError(`studio: port ${port} may not be used by this user`, {
      hint: "choose one above 1023 with --port N",
    });
  }
  return error;
}
