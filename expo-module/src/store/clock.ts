import type { Readable } from './fact';

/** How often the clock is looked at while somebody reads it: a second is never shown late by more. */
const TICK_MS = 250;

const listeners = new Set<() => void>();
let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** This device's clock in milliseconds; it stands still for whoever reads it twice without a tick between, and ticks while listened to. */
export const clock: Readable<number> = {
  get: () => (timer === undefined ? Date.now() : now),
  subscribe(listener) {
    listeners.add(listener);
    if (timer === undefined) {
      now = Date.now();
      timer = setInterval(tick, TICK_MS);
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  },
};

function tick(): void {
  now = Date.now();
  for (const listener of [...listeners]) listener();
}
