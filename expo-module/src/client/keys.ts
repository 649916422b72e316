import { LiveError } from '../errors';

/** 128 random bits, in hexadecimal. Told apart from the user's other keys, and not secret. */
export function randomKey(): string {
  const part = () =>
    Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return part() + part() + part() + part();
}

/**
 * One idempotency key for each intent, however often it is tried: what may have been done although its answer was lost is
 * asked for with the same key.
 */
export class IntentKeys {
  readonly #keys = new Map<string, string>();

  /** Runs `attempt` with the key of the intent; the next attempt gets another key unless this one may have been carried out unseen. */
  async run<T>(intent: string, given: string | undefined, attempt: (key: string) => Promise<T>): Promise<T> {
    const key = given ?? this.#keys.get(intent) ?? randomKey();
    this.#keys.set(intent, key);
    try {
      const result = await attempt(key);
      this.#keys.delete(intent);
      return result;
    } catch (error) {
      if (error instanceof LiveError && !error.retryable) this.#keys.delete(intent);
      throw error;
    }
  }
}
