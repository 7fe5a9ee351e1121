// What the chapters on networks, batch normalisation and residual connections ask.
export const networksHandlers = {};
