import type { ErrorCode, FunnelEvent, Journey, Step } from '../generated/bridge';

const steps: readonly Step[] = ['authorize', 'ring', 'answer', 'connect', 'subscribe', 'first_frame', 'audio'];

/** Times the steps of one way in, each told once. */
export class Way {
  private startedAt = 0;
  private lastAt = 0;
  private reached: Set<Step> | null = null;

  constructor(
    private readonly journey: Journey,
    private readonly tell: (step: FunnelEvent) => void,
  ) {}

  /** A way begins; what was told of another one is over. */
  start(): void {
    this.startedAt = this.lastAt = performance.now();
    this.reached = new Set();
  }

  /** A step was taken. */
  reach(step: Step): void {
    if (this.reached === null || this.reached.has(step)) return;
    this.reached.add(step);
    this.say(step, null);
  }

  /** It ended at the step after the last one that was taken. */
  fail(error: ErrorCode): void {
    if (this.reached === null) return;
    const { reached } = this;
    this.reached = null;
    const last = Math.max(...[...reached].map((step) => steps.indexOf(step)), -1);
    const next = steps
      .slice(last + 1)
      .find((step) => this.journey === 'call' || (step !== 'ring' && step !== 'answer'));
    if (next !== undefined && !reached.has('connect')) this.say(next, error);
  }

  private say(step: Step, error: ErrorCode | null): void {
    const now = performance.now();
    const [took_ms, total_ms] = [Math.round(now - this.lastAt), Math.round(now - this.startedAt)];
    this.lastAt = now;
    this.tell({ journey: this.journey, step, took_ms, total_ms, error });
  }
}
