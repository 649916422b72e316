import type { BridgeConfig, CallRef, Request, RoomRef, SessionRef } from '../generated/bridge';
import { Backend } from './backend';
import type { WebCall } from './call';
import { Calls } from './calls';
import { asLiveError, liveError, refused } from './errors';
import { Http } from './http';
import type { LoadLiveKit } from './link';
import { Outbox } from './outbox';
import { perform } from './perform';
import { Realtime, type RealtimeSource } from './realtime';
import { WebSession } from './session';
import { Stats } from './stats';
import { Tokens } from './tokens';
import type { Outcome, SessionChange, Update } from './types';

/** A request that isn't answered yet. */
interface Open {
  isCancelled: boolean;
  undo: () => void;
}

/** One signed-in user in one browser tab: requests in, one ordered stream of updates out, as the core's bridge. */
export class WebCore {
  readonly outbox = new Outbox();
  readonly tokens = new Tokens(this.outbox);
  readonly backend: Backend;
  readonly deviceId: string;
  readonly sessions = new Map<SessionRef, WebSession>();
  calls: Calls | null = null;
  private readonly realtime: Realtime;
  private readonly requests = new Map<number, Open>();
  private readonly stats = new Stats();
  private becomingReady: Promise<Calls> | null = null;
  private user = '';
  private lastRef = 0;

  constructor(
    config: BridgeConfig,
    source: RealtimeSource,
    private readonly load: LoadLiveKit,
  ) {
    this.backend = new Backend(new Http(config, this.tokens));
    this.realtime = new Realtime(source);
    this.deviceId = config.device_id ?? crypto.randomUUID();
    this.outbox.onStartOver = () => {
      for (const session of this.sessions.values()) session.again();
      for (const call of this.calls?.all ?? []) call.again();
    };
  }

  /** Takes a request and returns at once; its reply is an update. */
  send({ id, ...command }: Request): void {
    if (this.requests.has(id)) {
      const error = liveError('conflict', "a request of that id isn't answered yet", { field: 'id' });
      return this.reply(id, { outcome: 'refused', error });
    }
    const open: Open = { isCancelled: false, undo: () => {} };
    this.requests.set(id, open);
    const answer = (outcome: Outcome) => {
      this.requests.delete(id);
      if (!open.isCancelled) this.reply(id, outcome);
    };
    perform(this, command, (undo) => {
      open.undo = undo;
    }).then(answer, (thrown: unknown) => answer({ outcome: 'refused', error: asLiveError(thrown) }));
  }

  attach(): void {
    this.outbox.attach();
    // Whoever asks for something learns why there is no client.
    void this.ready().catch(() => {});
  }

  cancel(id: number): void {
    const open = this.requests.get(id);
    if (!open || open.isCancelled) return;
    open.isCancelled = true;
    open.undo();
  }

  /** The calls of this user, once it is known who that is. Throws `not_authenticated`. */
  ready(): Promise<Calls> {
    this.becomingReady ??= this.become().catch((thrown: unknown) => {
      this.becomingReady = null;
      throw thrown;
    });
    return this.becomingReady;
  }

  openSession(): SessionRef {
    const ref = this.newRef();
    const say = (change: SessionChange, again?: boolean) =>
      this.outbox.push({ update: 'session', session: ref, ...change } as Update, again === true ? true : undefined);
    const session = new WebSession(this.backend, this.realtime, this.owner, this.load, say, () => {
      this.sessions.delete(ref);
      this.stats.stop(session);
      say({ change: 'closed' });
    });
    this.sessions.set(ref, session);
    return ref;
  }

  /** The session of that number; throws `not_found`. */
  session(ref: SessionRef): WebSession {
    const session = this.sessions.get(ref);
    if (!session) throw refused('not_found', 'no session of that number', { field: 'session' });
    return session;
  }

  /** The call of that number; throws `not_found`. */
  call(ref: CallRef): WebCall {
    if (!this.calls) throw refused('not_found', 'no call of that number', { field: 'call' });
    return this.calls.get(ref);
  }

  room(room: RoomRef): WebSession | WebCall {
    return 'session' in room ? this.session(room.session) : this.call(room.call);
  }

  /** Begins, changes or ends the measuring of a room. */
  measure(ref: RoomRef, room: WebSession | WebCall, intervalMs: number | null): void {
    this.stats.start(room, intervalMs, (change) => {
      if ('session' in ref)
        this.outbox.push({ update: 'session', session: ref.session, change: 'room', value: change });
      else this.outbox.push({ update: 'call', call: ref.call, change: 'room', value: change });
    });
  }

  /** Leaves every session and hangs up every call. */
  async close(): Promise<void> {
    this.stats.stopAll();
    await Promise.all([this.calls?.close(), ...[...this.sessions.values()].map((session) => session.leave())]);
  }

  private get owner() {
    return { user: this.user, deviceId: this.deviceId };
  }

  private async become(): Promise<Calls> {
    this.user = (await this.tokens.get()).userId;
    this.calls = new Calls(
      this.backend,
      this.realtime,
      this.owner,
      this.load,
      () => this.newRef(),
      (ref, change, again) =>
        this.outbox.push({ update: 'call', call: ref, ...change } as Update, again === true ? true : undefined),
    );
    return this.calls;
  }

  private newRef(): number {
    this.lastRef += 1;
    return this.lastRef;
  }

  private reply(id: number, outcome: Outcome): void {
    this.outbox.push({ update: 'reply', id, ...outcome } as Update);
  }
}
