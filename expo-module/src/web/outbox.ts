import type { Envelope } from '../generated/bridge';
import type { Update } from './types';

/** The one ordered stream of updates: what comes before a host attaches waits, and is flagged as `flushed`. */
export class Outbox {
  private seq = 0;
  private isAttached = false;
  private isScheduled = false;
  private waiting: Envelope[] = [];
  private readonly listeners = new Set<(update: Envelope) => void>();
  /** Called when everything that stands has to be said again. */
  onStartOver: () => void = () => {};

  subscribe(listener: (update: Envelope) => void): () => void {
    this.listeners.add(listener);
    this.schedule();
    return () => this.listeners.delete(listener);
  }

  push(update: Update, flushed = !this.isAttached): void {
    this.seq += 1;
    const stamp = { seq: this.seq, at: new Date().toISOString(), flushed };
    this.waiting.push({ ...stamp, ...update } as Envelope);
    this.schedule();
  }

  /** A host starts to read; from the second time on everything that stands is said again. */
  attach(): void {
    if (this.isAttached) {
      this.waiting = this.waiting.filter((one) => one.update === 'reply' || one.update === 'token_wanted');
      this.push({ update: 'resync' }, true);
      this.onStartOver();
      return;
    }
    this.isAttached = true;
    for (const envelope of this.waiting) envelope.flushed = true;
    this.schedule();
  }

  /** Nobody reads any more. */
  close(): void {
    this.deliver();
    this.listeners.clear();
  }

  /** In a microtask, so that no listener runs inside the call that caused the update. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      this.deliver();
    });
  }

  private deliver(): void {
    if (this.listeners.size === 0) return;
    const ready = this.waiting.filter(
      (one) => this.isAttached || one.update === 'reply' || one.update === 'token_wanted',
    );
    this.waiting = this.waiting.filter((one) => !ready.includes(one));
    for (const envelope of ready) {
      for (const listener of this.listeners) listener(envelope);
    }
  }
}
