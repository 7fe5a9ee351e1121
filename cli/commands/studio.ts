// `fovea studio`: the web page with live figures of convolutional networks, on this machine.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FoveaError } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpecs } from "../options.ts";
import { localData } from "../studio/localData.ts";
import { portOf, startStudioServer } from "../studio/server.ts";

const options = {
  port: {
    type: "integer",
    value: "N",
    min: 0,
    max: 65535,
    help: "where it listens; 0 for any that is free",
    defaultText: "4747",
  },
} as const satisfies OptionSpecs;

export const studioCommand = defineCommand({
  name: "studio",
  description:
    "Serves the studio, chapters with live figures, to the browser of this machine, and to nobody else,\n" +
    "until Ctrl-C. All is computed in the browser; nothing is sent anywhere.",
  positionals: [],
  options,
  examples: ["fovea studio", "fovea studio --port 8080"],

  async run({ port = 4747 }, _, { terminal }) {
    const folder = siteFolder();
    const server = await startStudioServer({ folder, data: localData(), port }).catch((error) => {
      throw explained(error, port);
    });
    terminal.line(`Fovea studio: http://127.0.0.1:${portOf(server)}/`);
    terminal.note("Ctrl-C ends it.");
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    });
    server.close();
    server.closeAllConnections();
    return 0;
  },
});

/** The built site: beside the compiled command, or in `dist/` of a checkout. */
function siteFolder(): string {
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
