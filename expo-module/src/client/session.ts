import { LiveError, misuse } from '../errors';
import type { LiveSession, RoomRef, SessionId } from '../generated/bridge';
import { derived, Fact, type Readable, type ReadablesOf } from '../store/fact';
import { isOnStage } from '../store/room';
import { SessionRoom } from '../store/session';
import type { Capability, JoinOptions, LiveSessionView, SessionInfo } from '../types';
import { askIn } from './chat';
import { open, type LiveClient } from './client';
import type { Command } from './commands';
import type { Connection } from './connection';
import { followed, followedOr } from './followed';
import { hostActions, type Ask } from './host-actions';
import { IntentKeys } from './keys';
import { participantOf, selfOf } from './people';
import { devicesOf, thrown } from './toggle';

/** What stands while a session isn't open. */
const unopened = new SessionRoom(0);

/** What a view of a session does. */
type Actions = 'can' | 'join' | 'leave' | 'stepDown' | 'setAudioOnly';

/** Everything that is known of a session, each for itself. */
export type SessionFacts = ReadablesOf<Omit<LiveSessionView, Actions>>;

/** A session by its id, whoever is signed in and however often it is entered: facts to read, and what may be asked for. */
export class SessionHandle {
  /** The session as the core has it; `null` while it isn't open. */
  readonly room: Readable<SessionRoom | null>;
  readonly facts: SessionFacts;
  readonly #capabilities = new Map<Capability, Readable<boolean>>();
  readonly #entryError = new Fact<LiveError | null>(null);
  readonly #keys = new IntentKeys();
  #opening: Promise<SessionRoom> | null = null;
  #holders = 0;

  constructor(
    readonly client: LiveClient,
    readonly id: SessionId | null,
  ) {
    this.room = followed(client.connection, (connection) => (id === null ? null : connection?.store.sessionOf(id)));
    this.facts = this.#facts();
  }

  /** Whether this user may do that now. */
  capability(capability: Capability): Readable<boolean> {
    let readable = this.#capabilities.get(capability);
    if (!readable) {
      const can = this.#of((room) => room.can);
      readable = derived([can, this.#of((room) => room.stage)], (can, stage) => ({ ...stage.can, ...can })[capability]);
      this.#capabilities.set(capability, readable);
    }
    return readable;
  }

  readonly join = async (options: JoinOptions = {}): Promise<void> => {
    const { acceptPrice, signal, idempotencyKey } = options;
    const id = this.#requireId('join');
    this.#entryError.set(null);
    try {
      const connection = await this.client.connected(signal);
      const room = await this.#opened(connection, id);
      await this.#keys.run(`join at ${acceptPrice}`, idempotencyKey, (key) => {
        const price = { accept_price: acceptPrice ?? null, idempotency_key: key };
        return connection.request(
          { command: 'join_session', session: room.session_ref, session_id: id, ...price },
          signal,
        );
      });
    } catch (error) {
      if (error instanceof LiveError) this.#entryError.set(error);
      throw error;
    }
  };

  readonly leave = async (): Promise<void> => {
    const room = this.room.get();
    if (room && !room.isOver) await this.client.request({ command: 'leave_session', session: room.session_ref });
  };

  /** Enters for as long as somebody holds it. Who leads the session isn't taken off the air by a screen that goes. */
  hold(): () => void {
    this.#holders += 1;
    const room = this.room.get();
    if (!room || room.isOver || room.state.get().state === 'idle') {
      // What came of it is in the facts.
      this.join().catch(() => undefined);
    }
    return () => {
      this.#holders -= 1;
      // A screen that is drawn anew, as by a fast refresh, is back before the next turn.
      setTimeout(() => {
        const role = this.facts.role.get();
        if (this.#holders === 0 && role !== 'host' && role !== 'co_host') this.leave().catch(() => undefined);
      }, 0);
    };
  }

  readonly setAudioOnly = (on: boolean): void => this.#post((room) => ({ command: 'set_audio_only', room, on }));

  readonly stepDown = async (): Promise<void> => {
    const { userId } = await this.client.connected();
    await this.ask((session) => ({ command: 'demote', session, user_id: userId }));
  };

  /** Asks for something in the session. */
  readonly ask: Ask = (command, signal) => askIn(this.client, this.room, command, signal);

  #post(command: (room: RoomRef) => Command): void {
    const room = this.room.get();
    if (room && !room.isClosed.get()) this.client.connection.get()?.post(command(room.ref));
  }

  /** The session, opened unless it is open. */
  async #opened(connection: Connection, id: SessionId): Promise<SessionRoom> {
    const current = connection.store.sessionOf(id);
    const room = current.get();
    if (room && !room.isOver) return room;
    this.#opening ??= open(connection).finally(() => (this.#opening = null));
    const opened = await this.#opening;
    current.set(opened);
    return opened;
  }

  #requireId(action: string): SessionId {
    if (this.id !== null) return this.id;
    throw misuse('session_id', `There is no session to ${action}.`, 'Give useLiveSession the id of one.');
  }

  #of<T>(select: (room: SessionRoom) => Readable<T>): Readable<T> {
    return followedOr(this.room, select(unopened).get(), (room) => room && select(room));
  }

  #facts(): SessionFacts {
    const state = this.#of((room) => room.state);
    const role = this.#of((room) => room.role);
    const stage = this.#of((room) => room.stage);
    const local = this.#of((room) => room.facts.local);
    const members = this.#of((room) => room.facts.performers);
    const userId = derived([this.client.connection], (connection) => connection?.userId ?? null);
    const self = derived([userId, role, local], (userId, role, local) =>
      userId !== null && isOnStage(role) ? selfOf(userId, role, local) : null,
    );
    const isRaised = derived([stage], (stage) => stage.state === 'hand_raised');
    const isAsking = derived([stage], ({ pending }) => pending === 'raise' || pending === 'lower');
    const invitation = derived([stage], (stage) =>
      stage.state === 'invited' ? { role: stage.role, expiresAt: stage.expires_at } : null,
    );
    const ask = (command: (session: number) => Command) => this.ask(command).then(() => undefined);
    const raise = () => ask((session) => ({ command: 'raise_hand', session }));
    const lower = () => ask((session) => ({ command: 'lower_hand', session }));
    const accept = () => ask((session) => ({ command: 'accept_invite', session }));
    const decline = () => ask((session) => ({ command: 'decline_invite', session }));
    const actions = hostActions(this.ask);
    const post = (command: Command) => this.client.connection.get()?.post(command);
    return {
      ...devicesOf(local, () => this.room.get()?.ref ?? null, post),
      state: derived([state], ({ state }) => state),
      lock: derived([state], (state) => (state.state === 'locked' ? state.lock : null)),
      endReason: derived([state], (state) => (state.state === 'ended' ? state.reason : null)),
      attempt: derived([state], (state) => (state.state === 'reconnecting' ? state.attempt : 0)),
      error: derived([state, this.#entryError], (state, entryError) =>
        state.state === 'failed' ? thrown(state.error) : entryError,
      ),
      role,
      session: derived([this.#of((room) => room.session)], withoutViewers),
      viewerCount: this.#of((room) => room.viewerCount),
      chargedCoins: this.#of((room) => room.chargedCoins),
      stage: derived([self, members], (self, members) => [...(self ? [self] : []), ...members.map(participantOf)]),
      stageState: derived([stage], ({ state }) => state),
      stageRequests: this.#of((room) => room.stageRequests),
      viewing: derived([this.#of((room) => room.facts.viewing)], ({ mode }) => mode),
      hand: derived([isRaised, isAsking], (raised, pending) => ({ raised, pending, raise, lower })),
      invite: derived([invitation], (invitation) => invitation && { ...invitation, accept, decline }),
      host: derived([role], (role) => (role === 'host' || role === 'co_host' ? actions : null)),
    };
  }
}

function withoutViewers(session: LiveSession | null): SessionInfo | null {
  if (!session) return null;
  const { viewer_count: _, ...info } = session;
  return info;
}
