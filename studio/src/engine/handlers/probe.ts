// What can be asked of a trained network about one picture.
export const probeHandlers = {};
