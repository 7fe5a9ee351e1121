// What can be asked of data sets.
export const dataHandlers = {};
