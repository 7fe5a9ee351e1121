// What can be asked of trainings.
export const runHandlers = {};
