import type { Envelope } from '../generated/bridge';

/** `Omit` that keeps a union a union. */
export type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An update without its place in the stream. */
export type Update = Without<Envelope, 'seq' | 'at' | 'flushed'>;

/** The one ordered stream of updates. What a request brings is told in the next turn, what a script does at once. */
export class Outbox {
  readonly #waiting: Envelope[] = [];
  #listener: ((update: Envelope) => void) | null = null;
  #isAttached = false;
  #isTelling = false;
  #seq = 0;

  push(update: Update, isAgain = false): void {
    this.#seq += 1;
    const place = { seq: this.#seq, at: new Date().toISOString(), flushed: isAgain || !this.#isAttached };
    // Update is Envelope without these three.
    this.#waiting.push({ ...place, ...update } as Envelope);
    queueMicrotask(() => this.flush());
  }

  /** What comes to be while `action` runs is thrown away. */
  loses(action: () => void): void {
    const listener = this.#listener;
    this.#listener = null;
    action();
    this.#waiting.length = 0;
    this.#listener = listener;
  }

  /** Tells what waits, in order. */
  flush(): void {
    if (this.#isTelling || !this.#listener) return;
    this.#isTelling = true;
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#listener?.(next);
    } finally {
      this.#isTelling = false;
    }
  }

  /** Whether a host had attached before. */
  attach(): boolean {
    const was = this.#isAttached;
    this.#isAttached = true;
    return was;
  }

  /** The next one who attaches was away: what comes to be meanwhile is flushed. */
  detach(): void {
    this.#isAttached = false;
    this.#listener = null;
  }

  subscribe(listener: (update: Envelope) => void): () => void {
    this.#listener = listener;
    queueMicrotask(() => this.flush());
    return () => {
      if (this.#listener === listener) this.#listener = null;
    };
  }

  close(): void {
    this.#listener = null;
    this.#waiting.length = 0;
  }
}
