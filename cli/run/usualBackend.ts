// What $FOVEA_BACKEND says. Of its own, without the library: it must be read before anything chooses a backend.

/**
 * What computes unless --backend or a config file says otherwise: `$FOVEA_BACKEND`, else "auto". A GPU is taken out of the
 * environment: the library would want it open as soon as a network is built, also where a command only looks at one.
 */
export const usualBackend: string = taken();

function taken(): string {
  const { FOVEA_BACKEND: name = "" } = process.env;
  if (name.startsWith("webgpu")) delete process.env.FOVEA_BACKEND;
  return name === "" ? "auto" : name;
}
