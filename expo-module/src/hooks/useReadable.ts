import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';

import type { Readable, ReadablesOf } from '../store/fact';

/** The value, and a redraw whenever it becomes another. */
export function useReadable<T>(readable: Readable<T>): T {
  return useSyncExternalStore(readable.subscribe, readable.get, readable.get);
}

/** Reads a fact on behalf of a component, which is redrawn from then on when it changes. */
export type Read = <T>(readable: Readable<T>) => T;

/**
 * An object whose properties are read as they are used: the component is redrawn only when something changes that it has read.
 * `make` builds it over `read`, and is the same function for as long as it is about the same; the object is another one after
 * every change.
 */
export function useReadables<V extends object>(make: (read: Read) => V): V {
  const tracker = useMemo(() => new Tracker(make), [make]);
  return useSyncExternalStore(tracker.subscribe, tracker.get, tracker.get);
}

/** An object whose facts are read as they are used, with what may be done beside them. */
export function viewOf<F extends object, A extends object>(read: Read, facts: ReadablesOf<F>, actions: A): F & A {
  const view = { ...actions };
  for (const name of Object.keys(facts) as (keyof F)[]) {
    Object.defineProperty(view, name, { enumerable: true, get: () => read(facts[name]) });
  }
  return view as F & A;
}

/** What a component has read so far. */
class Tracker<V extends object> {
  readonly #seen = new Map<Readable<unknown>, unknown>();
  readonly #ends = new Map<Readable<unknown>, () => void>();
  #notify: (() => void) | undefined;
  #view: V;

  constructor(private readonly make: (read: Read) => V) {
    this.#view = make(this.read);
  }

  readonly read: Read = (readable) => {
    const value = readable.get();
    if (!this.#seen.has(readable)) {
      this.#seen.set(readable, value);
      this.#listen(readable);
    }
    return value;
  };

  /** The same object until something that was read has changed. */
  readonly get = (): V => {
    let isChanged = false;
    for (const [readable, seen] of this.#seen) {
      const value = readable.get();
      if (Object.is(value, seen)) continue;
      this.#seen.set(readable, value);
      isChanged = true;
    }
    if (isChanged) this.#view = this.make(this.read);
    return this.#view;
  };

  readonly subscribe = (notify: () => void): (() => void) => {
    this.#notify = notify;
    for (const readable of this.#seen.keys()) this.#listen(readable);
    return () => {
      this.#notify = undefined;
      for (const end of this.#ends.values()) end();
      this.#ends.clear();
    };
  };

  #listen(readable: Readable<unknown>): void {
    if (!this.#notify || this.#ends.has(readable)) return;
    this.#ends.set(
      readable,
      readable.subscribe(() => this.#notify?.()),
    );
  }
}

/** The newest value, for what runs after it was drawn. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
