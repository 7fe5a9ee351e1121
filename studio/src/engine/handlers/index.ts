// Everything that the engine can be asked, by name. A handler gets plain data and returns plain data; a second parameter,
// if it has one, tells the page what happens on the way.
import { correlate } from "./correlate.ts";
import { machine } from "./machine.ts";

export const handlers = { correlate, machine };
