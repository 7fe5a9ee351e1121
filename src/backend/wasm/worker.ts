// A thread that takes part in runs, in Node. It never returns to its event loop, so messages are fetched and not waited for.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { WorkerMessage, WorkerStart } from "./control.ts";
import { Participant } from "./participant.ts";

const participant = new Participant(workerData as WorkerStart);

for (;;) {
  fetchMail();
  participant.sleep();
  participant.takePart(fetchMail);
}

function fetchMail(): void {
  if (parentPort === null || !participant.hasMail) return;
  for (;;) {
    const received = receiveMessageOnPort(parentPort) as { message: WorkerMessage } | undefined;
    if (received === undefined) return;
    participant.hear(received.message);
  }
}
