// `fovea studio`: the web page with live figures of convolutional networks, on this machine.
import { defineCommand } from "../command.ts";
import type { OptionSpecs } from "../options.ts";
import { openStudio, portOption } from "../studio/open.ts";

const options = { port: portOption } as const satisfies OptionSpecs;

export const studioCommand = defineCommand({
  name: "studio",
  description:
    "Serves the studio, chapters with live figures, to the browser of this machine, and to nobody else,\n" +
    "until Ctrl-C. All is computed in the browser; nothing is sent anywhere.",
  positionals: [],
  options,
  examples: ["fovea studio", "fovea studio --port 8080"],

  async run({ port }, _, { terminal }) {
    const studio = await openStudio(port);
    terminal.line(`Fovea studio: ${studio.address}`);
    terminal.note("Ctrl-C ends it.");
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    });
    await studio.close();
    return 0;
  },
});
