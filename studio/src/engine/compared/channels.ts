// What pages and engine both know of the compared networks.

/** Channels of all layers behind the first, by what the networks differ in. */
export const pairChannels = { normalisation: 16, connections: 8 } as const;
