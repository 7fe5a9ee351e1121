// Stands for atOnce.ts in modules for pages: strategies are loaded with what else their machine needs (src/onDemand.ts).
import type { StrategySets } from "../planner.ts";

export const sets: StrategySets = { thread: {}, element: {}, group: {} };
