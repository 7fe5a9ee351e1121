// A thread that takes part in runs, in a browser. Messages come only while it is back in its event loop, so it goes there
// whenever something was said; a run that needs a program not heard of yet goes on without it.
import type { WorkerMessage, WorkerStart } from "./control.ts";
import { Participant } from "./participant.ts";

let participant: Participant | null = null;
let heard: () => void = () => {};

addEventListener("message", ({ data }: MessageEvent<WorkerStart | WorkerMessage>) => {
  if ("memory" in data) {
    participant = new Participant(data);
    void take(participant);
  } else {
    participant?.hear(data);
    heard();
  }
});

addEventListener("messageerror", () => {
  // Without the program that it carried, this thread would wait for ever.
  throw new Error("it could not read a message");
});

async function take(part: Participant): Promise<never> {
  for (;;) {
    while (part.hasMail) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
    part.sleep();
    part.takePart(() => {});
  }
}
