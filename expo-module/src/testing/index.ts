import { createElement } from 'react';
import { View } from 'react-native';

import { LiveClient } from '../client/client';
import type { LiveError } from '../errors';
import type { ErrorCode, LiveError as LiveErrorData, Request, UserId } from '../generated/bridge';
import type { HostVideoViewProps } from '../host';
import type { FakeCall, FakeRing } from './call';
import { FakeDevice } from './device';
import { FakeHost, type CommandName } from './host';
import { FakeSession, type FakeSessionOptions } from './session';
import { FakeSupabase } from './supabase';
import { World } from './world';

export type { FakeCall, FakeRing } from './call';
export type { FakeDevice } from './device';
export type { CommandName } from './host';
export type { FakeSession, FakeSessionOptions } from './session';

/** Who holds the phone, and with what. */
export interface FakeLiveOptions {
  /** The user's id. Default: `me`. */
  me?: UserId;
  /** Default: 500. */
  coins?: number;
  /** Default: true. */
  isSignedIn?: boolean;
  /** Default: true. */
  isCreator?: boolean;
}

/**
 * A live client for tests of apps: real down to the bridge, and below it a backend, rooms and a network that do what a script
 * says, by the rules of the real ones and with their error codes. What a script does is told at once, in order; wrap it in `act`.
 *
 * @example
 * ```tsx
 * const fake = createFakeLive();
 * const evening = fake.session({ access: 'pay_per_view', priceCoins: 50 });
 * render(<LiveProvider client={fake.client}><Watch id={evening.id} /></LiveProvider>);
 * await act(() => fake.ready());
 * expect(screen.getByText('50 coins')).toBeTruthy();
 * ```
 */
export function createFakeLive(options: FakeLiveOptions = {}): FakeLive {
  return new FakeLive(options);
}

/** The script of {@link createFakeLive}. */
export class FakeLive {
  /** What goes into `<LiveProvider client>`. */
  readonly client: LiveClient;
  readonly device = new FakeDevice();
  /** What the client told its `onError`. */
  readonly errors: LiveError[] = [];
  readonly #supabase: FakeSupabase;
  readonly #world: World;
  readonly #hosts: FakeHost[] = [];
  readonly #refusals: ((host: FakeHost) => void)[] = [];

  constructor({ me = 'me', coins = 500, isSignedIn = true, isCreator = true }: FakeLiveOptions) {
    this.#world = new World(me, coins);
    this.#world.isCreator = isCreator;
    this.#supabase = new FakeSupabase(isSignedIn ? me : null);
    const options = {
      supabase: this.#supabase,
      host: this.#host,
      onError: (error: LiveError) => this.errors.push(error),
    };
    this.client = new LiveClient(options, this.#host);
  }

  /** Resolves once the signed-in user's client is ready; await it in `act` after rendering. */
  async ready(): Promise<void> {
    await this.client.connected();
    await settled();
  }

  /** A session that somebody has, with the right to be in it as its access says. */
  session(options: FakeSessionOptions = {}): FakeSession {
    const session = new FakeSession(this.#world, options);
    this.#world.sessions.push(session);
    return session;
  }

  /** Sessions that this user opened, the newest last. */
  get ownSessions(): readonly FakeSession[] {
    return this.#world.sessions.filter((session) => session.row.host_id === this.#world.me);
  }

  /** Somebody calls this user. */
  callRings({ from, video = false }: FakeRing): FakeCall {
    const call = this.#world.ring(from, video);
    this.#world.flush();
    return call;
  }

  /** The call that this user made last. */
  get dialled(): FakeCall {
    const call = this.#world.calls.at(-1);
    if (!call) throw new Error('Nobody was called yet.');
    return call;
  }

  /** The network goes: who is in a room reconnects, and the backend can't be asked. */
  networkDrops(): void {
    this.#world.isOffline = true;
    this.#connection('lost');
  }

  /** The network is back, and everything goes on. */
  networkReturns(): void {
    this.#world.isOffline = false;
    this.#connection('back');
  }

  /** Reconnecting is given up. */
  reconnectingFails(): void {
    this.#connection('given_up');
  }

  /** The next request of that name is refused so. */
  refuses(command: CommandName, code: ErrorCode, more?: Partial<LiveErrorData>): void {
    const refuse = (host: FakeHost) => host.refuse(command, code, more);
    if (this.#current) refuse(this.#current);
    else this.#refusals.push(refuse);
  }

  /** Requests of that name wait, until what is returned is called. */
  holds(command: CommandName): () => void {
    return this.#required.hold(command);
  }

  /** What was asked for, in order. */
  get sent(): readonly Request[] {
    return this.#hosts.flatMap((host) => host.sent);
  }

  get coins(): number {
    return this.#world.coins;
  }

  set coins(coins: number) {
    this.#world.coins = coins;
  }

  /** This user subscribes to a creator. */
  subscribesTo(creator: UserId): void {
    this.#world.subscriptions.add(creator);
  }

  /** Somebody else is in a call. */
  isBusy(user: UserId): void {
    this.#world.busy.add(user);
  }

  /** Somebody else blocks this user. */
  isBlockedBy(user: UserId): void {
    this.#world.blockedBy.add(user);
  }

  signsOut(): void {
    this.#supabase.signOut();
  }

  signsIn(user: UserId): void {
    this.#world.me = user;
    this.#supabase.signIn(user);
  }

  /** The core wants a token; `rejected` is one that the server didn't take. Answers with how often the session was renewed. */
  async tokenIsWanted(rejected: boolean): Promise<number> {
    this.#world.push({ update: 'token_wanted', rejected });
    this.#world.flush();
    await settled();
    return this.#supabase.renewals;
  }

  /** JavaScript is gone, as in a phone that was locked: what happens from here on is told, flushed, to the next client. */
  javaScriptStops(): void {
    this.#world.outbox.detach();
  }

  /** JavaScript is there again: a client that knows nothing yet, of the same user on the same core. */
  javaScriptStarts(): LiveClient {
    return new LiveClient({ supabase: this.#supabase, host: this.#host }, this.#host);
  }

  /** So much happened that updates were thrown away: what stands is told again. `meanwhile` happens untold. */
  async updatesWereLost(meanwhile?: () => void): Promise<void> {
    this.#world.outbox.loses(() => meanwhile?.());
    this.#world.push({ update: 'resync' });
    for (const session of this.#world.sessions) session.tell(true);
    for (const call of this.#world.calls) call.tell(true);
    this.#world.flush();
    await settled();
  }

  #connection(state: 'lost' | 'back' | 'given_up'): void {
    for (const session of this.#world.sessions) session.connection(state);
    for (const call of this.#world.calls) call.connection(state);
    this.#world.flush();
  }

  get #current(): FakeHost | undefined {
    return this.#hosts.at(-1);
  }

  get #required(): FakeHost {
    if (this.#current) return this.#current;
    throw new Error('The client is not ready: `await fake.ready()` first.');
  }

  readonly #host = (): FakeHost => {
    const host = new FakeHost(this.#world, this.device, FakeVideoView);
    for (const refuse of this.#refusals.splice(0)) refuse(host);
    this.#hosts.push(host);
    return host;
  };
}

/** Shows where a picture would be, and whose: `getByTestId('video:ayse:camera')`. */
function FakeVideoView({ userId, source, style }: HostVideoViewProps) {
  return createElement(View, { testID: `video:${userId}:${source}`, style });
}

/** Resolves when everything that is on its way has been told. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
