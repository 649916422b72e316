import { LiveError } from '../errors';
import type { Envelope, UserId } from '../generated/bridge';
import type { BridgeHost } from '../host';
import { Fact } from '../store/fact';
import { LiveStore } from '../store/store';
import type { Command, Reply } from './commands';
import { abortReason } from './abort';

/** How long a host may take to say good-bye before it is released all the same. */
const FAREWELL_MS = 5_000;

/** Of a view that no app has: asking to close it changes nothing, and tells whether its room is still there. */
const NO_VIEW = '';

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** Gives a user's current access token; `undefined` where none can be had now, `null` where nobody is signed in. */
export type TokenSource = (rejected: boolean) => Promise<string | null | undefined>;

/** One user's bridge: requests and their replies, tokens, and the store that the rest goes into. */
export class Connection {
  readonly store = new LiveStore();
  /** Coins, as they were told last; `null` before. */
  readonly balance = new Fact<number | null>(null);
  readonly #waiting = new Map<number, Waiting>();
  /** Begins anywhere: requests of a JavaScript that was reloaded may not be answered yet. */
  #lastId = Math.floor(Math.random() * 2 ** 30);
  readonly #unsubscribe: () => void;
  #isClosed = false;

  constructor(
    readonly userId: UserId,
    readonly host: BridgeHost,
    private readonly tokens: TokenSource,
    /** Told of what nobody waits for. */
    private readonly report: (error: LiveError) => void,
  ) {
    this.#unsubscribe = host.subscribe((update) => this.#take(update));
    this.post({ command: 'attach' });
  }

  /**
   * Asks for something.
   *
   * @throws {@link LiveError} what the core says; the signal's reason where it was given up.
   */
  request(command: Command, signal?: AbortSignal): Promise<Reply> {
    if (this.#isClosed) return Promise.reject(signedOut());
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    return new Promise((resolve, reject) => {
      const id = this.#nextId();
      const onAbort = () => {
        this.#waiting.delete(id);
        this.post({ command: 'cancel', request: id });
        if (signal) reject(abortReason(signal));
      };
      const settled = () => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort);
      this.#waiting.set(id, {
        resolve: (reply) => (settled(), resolve(reply)),
        reject: (error) => (settled(), reject(error)),
      });
      try {
        this.host.send({ id, ...command });
      } catch (error) {
        this.#waiting.delete(id);
        settled();
        reject(error);
      }
    });
  }

  /** Asks for something whose outcome is told as a fact; a refusal that no fact tells is reported. */
  post(command: Command): void {
    this.request(command).catch((error: unknown) => {
      if (!this.#isClosed && !LiveError.is(error, 'not_found')) this.report(asLiveError(error));
    });
  }

  /** Leaves every session, hangs up, and releases the host. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const farewell = this.request({ command: 'close' }).catch(() => undefined);
    this.#isClosed = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, FAREWELL_MS)));
    await Promise.race([farewell, enough]);
    clearTimeout(timer);
    this.#unsubscribe();
    this.host.close();
    for (const waiting of this.#waiting.values()) waiting.reject(signedOut());
    this.#waiting.clear();
  }

  #take(update: Envelope): void {
    switch (update.update) {
      case 'reply':
        return this.#answer(update);
      case 'token_wanted':
        void this.#sayToken(update.rejected);
        return;
      case 'resync':
        return this.#askAgain();
      case 'session':
        // What entering charged is gone from a wallet that was shown before.
        if (update.change === 'charged_coins' && update.value > 0 && this.balance.get() !== null) {
          this.post({ command: 'balance' });
        }
        return this.store.apply(update);
      case 'call':
        return this.store.apply(update);
    }
  }

  #answer(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.outcome === 'balance') this.balance.set(reply.coins);
    if (reply.outcome === 'refused') waiting?.reject(LiveError.from(reply.error));
    else waiting?.resolve(reply);
  }

  async #sayToken(rejected: boolean): Promise<void> {
    const jwt = await this.tokens(rejected).catch(() => undefined);
    // Without an answer the core's request fails as one that may be tried again, which it may.
    if (jwt !== undefined) this.host.send({ id: this.#nextId(), command: 'token', jwt });
  }

  /** What stands is told again by itself; what the core has forgotten answers that it isn't there. */
  #askAgain(): void {
    for (const room of this.store.expectAgain()) {
      this.request({ command: 'close_view', room: room.ref, view: NO_VIEW }).catch((error: unknown) => {
        if (LiveError.is(error, 'not_found')) this.store.drop(room);
      });
    }
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

function signedOut(): LiveError {
  return new LiveError('not_authenticated', 'Nobody is signed in.');
}

function asLiveError(error: unknown): LiveError {
  if (error instanceof LiveError) return error;
  return new LiveError('internal', error instanceof Error ? error.message : String(error), { cause: error });
}
