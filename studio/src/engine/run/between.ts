// What happens between two steps of a training: jobs of others, and pauses.

type Job = () => Promise<void>;

export class Between {
  readonly #jobs: Job[] = [];
  #isPaused: boolean;
  #allowedSteps = 0;
  #isStopped = false;
  #wake: (() => void) | null = null;
  readonly #onPause: () => Promise<void>;

  /** @param onPause called when the training stands still, before a step */
  constructor(isPaused: boolean, onPause: () => Promise<void>) {
    this.#isPaused = isPaused;
    this.#onPause = onPause;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Before a step: nothing to wait for, or a promise that resolves when the step may begin: true, or false to end. */
  turn(): Promise<boolean> | null {
    return this.#jobs.length === 0 && !this.#isPaused ? null : this.#turn();
  }

  async #turn(): Promise<boolean> {
    let isTold = false;
    for (;;) {
      await this.#doJobs();
      if (this.#isStopped) return false;
      if (!this.#isPaused) return true;
      if (this.#allowedSteps > 0) {
        this.#allowedSteps--;
        return true;
      }
      if (!isTold) {
        isTold = true;
        await this.#onPause();
        // Meanwhile it may have been told to go on.
        continue;
      }
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  async #doJobs(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) await job();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#allowedSteps = 0;
    this.#stir();
  }

  /** Lets one step through a pause. */
  allowStep(): void {
    if (!this.#isPaused) return;
    this.#allowedSteps++;
    this.#stir();
  }

  stop(): void {
    this.#isStopped = true;
    this.#stir();
  }

  /** Does something between this step and the next. */
  run<Result>(job: () => Promise<Result>): Promise<Result> {
    return new Promise((done, failed) => {
      this.#jobs.push(() => job().then(done, failed));
      this.#stir();
    });
  }

  /** The training is over: what still waits is done now. */
  async close(): Promise<void> {
    await this.#doJobs();
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
