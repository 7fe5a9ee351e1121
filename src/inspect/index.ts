// What tools and people look at: plain data about networks.
export * from "./summary.ts";
