import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** How many characters of the end of what it says are kept; 8000 when left out. */
  readonly keeps?: number;
  /** Whether it does its work now. */
  readonly isUp: () => Promise<boolean>;
}

/** A process that can be killed and started again, with the end of what it said for a failing test. */
export class Child {
  readonly spec: ChildSpec;
  #process: ChildProcess | undefined;
  #said = '';
  #isForGood = false;

  constructor(spec: ChildSpec) {
    this.spec = spec;
  }

  start(): void {
    if (this.#isForGood) return;
    const child = spawn(this.spec.command, this.spec.words, { env: this.spec.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on(
        'data',
        (chunk: Buffer) => (this.#said = (this.#said + chunk.toString()).slice(-(this.spec.keeps ?? 8000))),
      );
    this.#process = child;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get said(): string {
    return this.#said;
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async untilUp(timeoutMs = 120_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await this.spec.isUp().catch(() => false))) {
      if (Date.now() > deadline || !this.isRunning)
        throw new Error(`${this.spec.name} did not come up:\n${this.#said}`);
      await pause(25);
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || !this.isRunning) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(timer);
  }

  /** Nobody starts it again. */
  async endForGood(): Promise<void> {
    this.#isForGood = true;
    await this.end('SIGTERM');
  }
}

export const answersOk = async (url: string): Promise<boolean> =>
  (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
