// Where data sets are kept between runs.
import { nodeModule } from "../tensor/environment.ts";
import { DataError } from "../tensor/errors.ts";

/**
 * The folder where data sets are kept: `$FOVEA_CACHE`, else `$XDG_CACHE_HOME/fovea`, else
 * `~/.cache/fovea`. Each data set has a folder of its own name in it.
 * @throws DataError in a browser
 * @example cacheFolder().endsWith("fovea") // true
 */
export function cacheFolder(): string {
  const [os, path] = [nodeModule("node:os"), nodeModule("node:path")];
  if (os === null || path === null) {
    throw new DataError("a browser has no folder for data sets", {
      hint: "fetch the files yourself and give them to fromArrays or parseIdx",
    });
  }
  const { FOVEA_CACHE, XDG_CACHE_HOME } = process.env;
  if (FOVEA_CACHE) return FOVEA_CACHE;
  return XDG_CACHE_HOME
    ? path.join(XDG_CACHE_HOME, "fovea")
    : path.join(os.homedir(), ".cache", "fovea");
}
