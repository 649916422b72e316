import type { LiveError } from '../generated/bridge';
import { limits } from '../generated/rules';
import { asLiveError } from './errors';

/** How long what must be told to the backend is tried, in milliseconds. */
const PERSISTENCE = 20_000;

/** The pause in milliseconds before the next try, after `attempt` earlier ones: exponential, capped, with full jitter. */
export function fullJitter(attempt: number, jitter = Math.random()): number {
  return Math.min(limits.backoffBase * 2 ** attempt, limits.backoffCap) * jitter;
}

/** Resolves after that many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Asks until there is an answer that isn't worth another try, for at most 20 seconds. */
export async function insist<T>(
  ask: () => Promise<T>,
  isPassing: (error: LiveError) => boolean = () => true,
): Promise<T> {
  const until = Date.now() + PERSISTENCE;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (thrown) {
      const error = asLiveError(thrown);
      const wait = error.retry_after_ms ?? fullJitter(attempt);
      if (!error.retryable || !isPassing(error) || Date.now() + wait >= until) throw thrown;
      await pause(Math.min(wait, limits.backoffCap));
    }
  }
}

/** Timers by name: starting one anew ends the one before. */
export class Timers<Name extends string> {
  private readonly running = new Map<Name, ReturnType<typeof setTimeout>>();

  start(name: Name, ms: number, run: () => void): void {
    this.stop(name);
    const timer = setTimeout(() => {
      this.running.delete(name);
      run();
    }, ms);
    this.running.set(name, timer);
  }

  stop(name: Name): void {
    clearTimeout(this.running.get(name));
    this.running.delete(name);
  }

  stopAll(): void {
    for (const name of [...this.running.keys()]) this.stop(name);
  }
}

/** A promise that is settled from outside, once. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever gave up waiting needs no answer.
    this.promise.catch(() => {});
  }
}
