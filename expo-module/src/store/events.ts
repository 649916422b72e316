/** Flushed events that wait for somebody to hear them. */
const KEPT = 256;

/** Events in their order. What came to be before JavaScript was there waits for the first listener. */
export class Events<E extends { flushed: boolean }> {
  readonly #listeners = new Set<(event: E) => void>();
  #unheard: E[] = [];

  emit(event: E): void {
    if (this.#listeners.size > 0) for (const listener of [...this.#listeners]) listener(event);
    else if (event.flushed && this.#unheard.length < KEPT) this.#unheard.push(event);
  }

  /** Calls `listener` with each event; returns what ends it. */
  listen(listener: (event: E) => void): () => void {
    this.#listeners.add(listener);
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const event of unheard) listener(event);
    return () => this.#listeners.delete(listener);
  }
}
