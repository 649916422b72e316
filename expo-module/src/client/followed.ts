import type { Readable } from '../store/fact';

/** The fact that another fact leads to, whichever that is now; `null` while it leads to none. */
export function followed<O, T>(
  outer: Readable<O>,
  inner: (value: O) => Readable<T> | null | undefined,
): Readable<T | null> {
  const current = () => inner(outer.get()) ?? null;
  return {
    get: () => current()?.get() ?? null,
    subscribe(listener) {
      let source = current();
      let end = source?.subscribe(listener);
      const endOuter = outer.subscribe(() => {
        const next = current();
        if (next !== source) {
          end?.();
          source = next;
          end = source?.subscribe(listener);
        }
        listener();
      });
      return () => {
        endOuter();
        end?.();
      };
    },
  };
}

/** As {@link followed}, with what stands while there is none. */
export function followedOr<O, T>(
  outer: Readable<O>,
  otherwise: T,
  inner: (value: O) => Readable<T> | null | undefined,
): Readable<T> {
  const source = followed<O, T>(outer, inner);
  return { get: () => (inner(outer.get()) ? (source.get() as T) : otherwise), subscribe: source.subscribe };
}
