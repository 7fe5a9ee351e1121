// What tools and people look at: plain data about networks.
export * from "./receptiveField.ts";
export * from "./summary.ts";
