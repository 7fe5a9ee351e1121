// How the person at hand calls this command, so that what it suggests can be typed as it stands.

/** `fovea`, or in a clone of the repository, where it is not on the PATH, `npm run fovea --`. */
export function ownName(): string {
  const script = process.env.npm_lifecycle_event;
  return script === "start" || script === "fovea" ? "npm run fovea --" : "fovea";
}
