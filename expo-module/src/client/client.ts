import { LiveError, misuse } from '../errors';
import type { BridgeConfig, DoNotDisturb, ReportCategory, SessionId, UserId } from '../generated/bridge';
import type { HostFactory } from '../host';
import { derived, Fact, once, type Readable } from '../store/fact';
import type { CallRoom } from '../store/call';
import type { SessionRoom } from '../store/session';
import type { Abortable, NewSession } from '../types';
import { abortReason } from './abort';
import { CallHandle } from './call';
import { expectReply, type Command, type Reply } from './commands';
import { Connection } from './connection';
import { IntentKeys } from './keys';
import { SessionHandle } from './session';
import { checkSupabase, projectOf, type SupabaseLike, type SupabaseSession } from './supabase';
import { followed } from './followed';

/** What a client is made of. */
export interface LiveClientOptions {
  /** The app's own Supabase client: its session is used, and renewed by it alone. */
  supabase: SupabaseLike;
  /** Where it can't be read off the Supabase client. */
  supabaseUrl?: string;
  /** The public key, where it can't be read off the Supabase client. */
  anonKey?: string;
  /** This installation, stable over restarts. Default: one that the device keeps. */
  deviceId?: string;
  /** What to run on. Default: the native module, or the browser. */
  host?: HostFactory;
  /** Told of what no promise and no hook tells. Default: `console.error`. */
  onError?: (error: LiveError) => void;
}

/** Where a client stands. */
export type ClientStatus =
  /** It isn't known yet whether somebody is signed in. */
  | { status: 'starting' }
  | { status: 'signed_out' }
  | { status: 'connecting'; userId: UserId }
  | { status: 'ready'; userId: UserId }
  /** There is nothing to run on; `error.fix` says what to do. */
  | { status: 'failed'; userId: UserId; error: LiveError }
  | { status: 'closed' };

/** A room of either kind, or none. */
export type AnyRoom = SessionRoom | CallRoom | null;

/** Whom a report is about, and what for. */
export interface UserReport extends Abortable {
  userId: UserId;
  category: ReportCategory;
  details?: string;
  sessionId?: SessionId;
  callId?: string;
  messageId?: string;
}

const optionNames: readonly (keyof LiveClientOptions)[] = [
  'supabase',
  'supabaseUrl',
  'anonKey',
  'deviceId',
  'host',
  'onError',
];

/**
 * Sessions and calls of whoever is signed in. Follows the Supabase client: a sign-out leaves everything and hangs up, another
 * user gets a bridge of their own. Made by `createLiveClient`; made once, outside of components.
 */
export class LiveClient {
  readonly status: Fact<ClientStatus> = new Fact<ClientStatus>({ status: 'starting' });
  /** The bridge of the signed-in user. */
  readonly connection = new Fact<Connection | null>(null);
  /** What room-wide hooks are about where no `<LiveRoom>` says so: the call, else the newest session. */
  readonly currentRoom: Readable<AnyRoom>;
  readonly calls: CallHandle;
  readonly #sessions = new Map<SessionId | null, SessionHandle>();
  readonly #keys = new IntentKeys();
  readonly #config: BridgeConfig;
  readonly #host: HostFactory;
  readonly #onError: (error: LiveError) => void;
  #supabase: SupabaseLike;
  #unsubscribe: () => void = () => undefined;
  /** With which a user who signed out says good-bye. */
  readonly #lastTokens = new Map<UserId, string>();
  #switching: Promise<void> = Promise.resolve();
  #generation = 0;

  constructor(options: LiveClientOptions, platformHost: HostFactory) {
    const { supabaseUrl, anonKey } = projectOf(options.supabase, options);
    this.#config = {
      supabase_url: supabaseUrl,
      anon_key: anonKey,
      ...(options.deviceId === undefined ? {} : { device_id: options.deviceId }),
    };
    this.#host = options.host ?? platformHost;
    this.#onError = options.onError ?? ((error) => console.error(error, error.fix));
    this.#supabase = options.supabase;
    this.calls = new CallHandle(this);
    const talking = followed(this.connection, (connection) => connection?.store.talking);
    const newest = followed(this.connection, (connection) => connection?.store.newest);
    this.currentRoom = derived([talking, newest], (call, session): AnyRoom => call ?? session);
    this.follow(options.supabase);
  }

  /** Follows that Supabase client from now on; after a fast refresh of the app's own module, it is a new one. */
  follow(supabase: SupabaseLike): void {
    this.#unsubscribe();
    this.#supabase = supabase;
    let isTold = false;
    const { data } = supabase.auth.onAuthStateChange((_event, session) => {
      isTold = true;
      this.#adopt(session);
    });
    this.#unsubscribe = () => data.subscription.unsubscribe();
    // A client that says nothing at first is asked.
    supabase.auth.getSession().then(
      ({ data: { session } }) => {
        if (!isTold && this.#supabase === supabase) this.#adopt(session);
      },
      () => undefined,
    );
  }

  /** The session of that id: entered or not. */
  session(id: SessionId | null): SessionHandle {
    let handle = this.#sessions.get(id);
    if (!handle) {
      handle = new SessionHandle(this, id);
      this.#sessions.set(id, handle);
    }
    return handle;
  }

  /**
   * Opens a session as its host, in `backstage`, and resolves with its id, which goes into `useLiveSession`.
   *
   * @throws {@link LiveError} `not_creator`, `already_live`, `invalid_argument` naming the field, `quota_exceeded`.
   */
  async createSession(options: NewSession): Promise<SessionId> {
    const { type, title, access = 'public', priceCoins, signal, idempotencyKey } = options;
    const connection = await this.connected(signal);
    const room = await open(connection, signal);
    const intent = JSON.stringify(['create', type, title, access, priceCoins]);
    await this.#keys.run(intent, idempotencyKey, (key) =>
      connection.request(
        {
          command: 'create_session',
          session: room.session_ref,
          session_type: type,
          title,
          access,
          price_coins: priceCoins ?? null,
          idempotency_key: key,
        },
        signal,
      ),
    );
    const session = await once(room.session, (session) => session !== null);
    return session.id;
  }

  /** Coins in this user's wallet. */
  async balance({ signal }: Abortable = {}): Promise<number> {
    return expectReply(await this.request({ command: 'balance' }, signal), 'balance').coins;
  }

  /** Neither calls nor enters the other one's sessions any more. */
  async block(userId: UserId, { signal }: Abortable = {}): Promise<void> {
    await this.request({ command: 'block', user_id: userId }, signal);
  }

  async unblock(userId: UserId, { signal }: Abortable = {}): Promise<void> {
    await this.request({ command: 'unblock', user_id: userId }, signal);
  }

  /** Whom this user has blocked. */
  async blocked({ signal }: Abortable = {}): Promise<readonly UserId[]> {
    return expectReply(await this.request({ command: 'blocked' }, signal), 'users').users;
  }

  /** Tells the moderators of somebody. */
  async report({ userId, category, details, sessionId, callId, messageId, signal }: UserReport): Promise<void> {
    const about = { session_id: sessionId ?? null, call_id: callId ?? null, message_id: messageId ?? null };
    const report = { reported_id: userId, category, details: details ?? null, ...about };
    await this.request({ command: 'report', ...report }, signal);
  }

  /** Whether calls ring for this user. */
  async doNotDisturb({ signal }: Abortable = {}): Promise<DoNotDisturb> {
    return expectReply(await this.request({ command: 'do_not_disturb' }, signal), 'do_not_disturb').wish;
  }

  async setDoNotDisturb(wish: DoNotDisturb, { signal }: Abortable = {}): Promise<void> {
    await this.request({ command: 'set_do_not_disturb', wish }, signal);
  }

  /** The device has another network: what waits for one tries at once. */
  networkChanged(): void {
    this.connection.get()?.post({ command: 'network_changed' });
  }

  /** Leaves every session, hangs up, and stops following Supabase. Nothing works after it. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#generation += 1;
    this.status.set({ status: 'closed' });
    this.#replaceConnection(async () => null);
    await this.#switching;
  }

  /**
   * Asks the core for something, once somebody is signed in and there is one.
   *
   * @throws {@link LiveError} `not_authenticated` while nobody is signed in; what there is nothing to run on for; what the core says.
   */
  request(command: Command, signal?: AbortSignal): Promise<Reply> {
    const connection = this.connection.get();
    if (connection) return connection.request(command, signal);
    return this.connected(signal).then((connection) => connection.request(command, signal));
  }

  /** The bridge, once there is one. */
  async connected(signal?: AbortSignal): Promise<Connection> {
    const connection = this.connection.get();
    if (connection) return connection;
    const settled = once(
      this.status,
      (status): status is Exclude<ClientStatus, { status: 'starting' | 'connecting' }> => {
        return status.status !== 'starting' && status.status !== 'connecting';
      },
    );
    const status = await (signal ? Promise.race([settled, aborted(signal)]) : settled);
    switch (status.status) {
      case 'ready':
        return this.connected(signal);
      case 'failed':
        throw status.error;
      case 'signed_out':
        throw new LiveError('not_authenticated', 'Nobody is signed in.');
      case 'closed':
        throw new LiveError('conflict', 'This live client is closed.', {
          fix: 'Make another one with createLiveClient.',
        });
    }
  }

  #adopt(session: SupabaseSession | null): void {
    const before = this.status.get();
    if (before.status === 'closed') return;
    if (session) this.#lastTokens.set(session.user.id, session.access_token);
    const known = 'userId' in before && before.status !== 'failed' ? before.userId : null;
    if (session && session.user.id === known) {
      this.connection.get()?.post({ command: 'token', jwt: session.access_token });
      return;
    }
    this.#generation += 1;
    if (!session) {
      this.status.set({ status: 'signed_out' });
      this.#replaceConnection(async () => null);
      return;
    }
    const userId = session.user.id;
    this.status.set({ status: 'connecting', userId });
    this.#replaceConnection(async () => {
      const host = await this.#host(this.#config, userId);
      return new Connection(userId, host, (rejected) => this.#tokenOf(userId, rejected), this.#onError);
    });
  }

  /** Closes the bridge there was, then makes the next one: two users never share a device. */
  #replaceConnection(make: () => Promise<Connection | null>): void {
    const generation = this.#generation;
    const before = this.connection.get();
    this.connection.set(null);
    this.#switching = this.#switching
      .then(() => before?.close())
      .then(() => {
        if (before && this.#userId !== before.userId) this.#lastTokens.delete(before.userId);
      })
      .then(() => (generation === this.#generation ? make() : null))
      .then((connection) => {
        if (!connection) return undefined;
        if (generation !== this.#generation) return connection.close();
        this.connection.set(connection);
        this.status.set({ status: 'ready', userId: connection.userId });
        return undefined;
      })
      .catch((cause: unknown) => {
        const before = this.status.get();
        if (generation !== this.#generation || before.status !== 'connecting') return;
        const error = cause instanceof LiveError ? cause : missingHost(cause);
        this.status.set({ status: 'failed', userId: before.userId, error });
        this.#onError(error);
      });
  }

  async #tokenOf(userId: UserId, rejected: boolean): Promise<string | null | undefined> {
    if (this.#userId !== userId) return rejected ? null : (this.#lastTokens.get(userId) ?? null);
    const { auth } = this.#supabase;
    const { data, error } = await (rejected ? auth.refreshSession() : auth.getSession());
    if (data.session) return data.session.user.id === userId ? data.session.access_token : null;
    // A session that couldn't be renewed over this network isn't over.
    return error && isOffline(error) ? undefined : null;
  }

  get #userId(): UserId | null {
    const status = this.status.get();
    return 'userId' in status ? status.userId : null;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(abortReason(signal));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}

/** Opens a session of the core's, not entered yet. */
export async function open(connection: Connection, signal?: AbortSignal): Promise<SessionRoom> {
  const reply = expectReply(await connection.request({ command: 'open_session' }, signal), 'session');
  return connection.store.session(reply.session);
}

function isOffline(error: unknown): boolean {
  const { name, status } = error as { name?: unknown; status?: unknown };
  return name === 'AuthRetryableFetchError' || status === 0 || (typeof status === 'number' && status >= 500);
}

function missingHost(cause: unknown): LiveError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LiveError('internal', `There is nothing to run live sessions on: ${why}`, { cause, retryable: false });
}

/** Refuses options that can't be meant. */
export function checkOptions(options: LiveClientOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw misuse('options', 'createLiveClient needs options.', 'Say `createLiveClient({ supabase })`.');
  }
  const unknown = Object.keys(options).find((name) => !(optionNames as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw misuse(unknown, `createLiveClient has no option "${unknown}".`, `There are ${optionNames.join(', ')}.`);
  }
  checkSupabase(options.supabase);
  if (options.host !== undefined && typeof options.host !== 'function') {
    throw misuse('host', 'createLiveClient needs a function as `host`.', 'Leave it out to run on this device.');
  }
}
