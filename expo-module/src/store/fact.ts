import { isSame } from './same';

/** What can be read and listened to. */
export interface Readable<T> {
  get(): T;
  /** Calls `listener` after each change; returns what ends it. */
  subscribe(listener: () => void): () => void;
}

/** The facts that an object's properties are read from. */
export type ReadablesOf<T> = { readonly [K in keyof T]: Readable<T[K]> };

/** One thing that is known; whoever listens is told when it becomes another, and never when it is merely said again. */
export class Fact<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  readonly get = (): T => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(value: T): void {
    if (isSame(this.#value, value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A fact for each key, made when it is first read or told. */
export class Facts<K, T> {
  readonly #facts = new Map<K, Fact<T>>();

  constructor(private readonly unknown: T) {}

  of(key: K): Fact<T> {
    let fact = this.#facts.get(key);
    if (!fact) {
      fact = new Fact(this.unknown);
      this.#facts.set(key, fact);
    }
    return fact;
  }

  /** Forgets all; whoever listens is told. */
  clear(): void {
    for (const fact of this.#facts.values()) fact.set(this.unknown);
  }
}

/** What comes of other facts; computed anew when one of them has changed, and the same object until then. */
export function derived<A extends readonly unknown[], T>(
  from: { readonly [I in keyof A]: Readable<A[I]> },
  compute: (...values: A) => T,
): Readable<T> {
  const sources: readonly Readable<unknown>[] = from;
  let seen: readonly unknown[] | undefined;
  let value: T;
  return {
    get() {
      const now = sources.map((source) => source.get());
      if (!seen || now.some((one, at) => one !== seen?.[at])) {
        const next = compute(...(now as unknown as A));
        if (!seen || !isSame(value, next)) value = next;
        seen = now;
      }
      return value;
    },
    subscribe(listener) {
      const ends = sources.map((source) => source.subscribe(listener));
      return () => ends.forEach((end) => end());
    },
  };
}

/** Resolves with the first value that satisfies `isWanted`. */
export function once<T, W extends T>(fact: Readable<T>, isWanted: (value: T) => value is W): Promise<W> {
  return new Promise((resolve) => {
    const look = () => {
      const value = fact.get();
      if (!isWanted(value)) return;
      end();
      resolve(value);
    };
    const end = fact.subscribe(look);
    look();
  });
}
