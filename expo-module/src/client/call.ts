import { LiveError } from '../errors';
import type { UserId } from '../generated/bridge';
import type { AudioRoute, AudioRoutes } from '../host';
import { CallRoom, type CallSummary } from '../store/call';
import { clock } from '../store/clock';
import type { Events } from '../store/events';
import { derived, type Readable, type ReadablesOf } from '../store/fact';
import type { Abortable, CallAudio, CallEvent, CallInfo, CallView } from '../types';
import type { LiveClient } from './client';
import { expectReply, type Command } from './commands';
import { followed, followedOr } from './followed';
import { devicesOf, thrown, toggleOf } from './toggle';

/** What stands while there is no call. */
const none = new CallRoom(0);
const silence: AudioRoutes = { route: null, routes: [] };

/** What a view of calls does. */
type Actions = 'start' | 'accept' | 'decline' | 'hangUp' | 'dismiss' | 'hold' | 'video';

/** Everything that is known of this user's calls, each for itself. */
export type CallFacts = ReadablesOf<Omit<CallView, Actions>>;

/** The calls of whoever is signed in. They outlive every component. */
export class CallHandle {
  readonly room: Readable<CallRoom | null>;
  readonly incomingRoom: Readable<CallRoom | null>;
  /** What happens in all calls. */
  readonly happenings: Readable<{ events: Events<CallEvent> } | null>;
  readonly facts: CallFacts;
  /** Gives up a call that is being dialled and has no number yet. */
  #dialling: AbortController | null = null;

  constructor(readonly client: LiveClient) {
    this.room = followed(client.connection, (connection) => connection?.store.call);
    this.incomingRoom = followed(client.connection, (connection) => connection?.store.incoming);
    this.happenings = derived(
      [client.connection],
      (connection) => connection && { events: connection.store.callEvents },
    );
    this.facts = this.#facts();
  }

  readonly start = async (user: UserId, options: Abortable & { video?: boolean } = {}): Promise<void> => {
    const { video = false, signal } = options;
    const { store } = await this.client.connected(signal);
    const dialling = new AbortController();
    const giveUp = () => dialling.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    this.#dialling = dialling;
    store.dialling({ userId: user, isVideo: video });
    try {
      const call_type = video ? 'video_call' : 'audio_call';
      await this.client.request({ command: 'start_call', user_id: user, call_type }, dialling.signal);
    } finally {
      signal?.removeEventListener('abort', giveUp);
      if (this.#dialling === dialling) this.#dialling = null;
    }
  };

  readonly accept = async (): Promise<void> => {
    const call = this.#ringing('accept').call_ref;
    await this.client.request({ command: 'accept', call });
  };

  readonly decline = (): void => {
    const call = this.incomingRoom.get()?.call_ref;
    if (call !== undefined) this.#post({ command: 'decline', call });
  };

  readonly hangUp = (): void => {
    const room = this.room.get();
    if (room && !room.isOver) this.#post({ command: 'hang_up', call: room.call_ref });
    else this.#dialling?.abort();
  };

  readonly dismiss = (): void => this.client.connection.get()?.store.dismissCall();

  readonly hold = (on: boolean): void => {
    const call = this.room.get()?.call_ref;
    if (call !== undefined) this.#post({ command: 'hold', call, on });
  };

  readonly video: CallView['video'] = {
    request: ({ signal } = {}) => this.#ask((call) => ({ command: 'request_video', call }), signal),
    accept: () => this.#ask((call) => ({ command: 'accept_video', call })),
    decline: () => this.#ask((call) => ({ command: 'decline_video', call })),
    toAudio: () => this.#ask((call) => ({ command: 'to_audio', call })),
  };

  async #ask(command: (call: number) => Command, signal?: AbortSignal): Promise<void> {
    const room = this.room.get();
    if (!room || room.isOver) throw new LiveError('call_ended', 'There is no call.');
    expectReply(await this.client.request(command(room.call_ref), signal), 'done');
  }

  #post(command: Command): void {
    this.client.connection.get()?.post(command);
  }

  #ringing(action: string): CallRoom {
    const room = this.incomingRoom.get();
    if (room) return room;
    throw new LiveError('call_ended', `There is no call to ${action}: nothing rings here.`);
  }

  #of<T>(select: (room: CallRoom) => Readable<T>): Readable<T> {
    return followedOr(this.room, select(none).get(), (room) => room && select(room));
  }

  #facts(): CallFacts {
    const { client } = this;
    const userId = derived([client.connection], (connection) => connection?.userId ?? null);
    const info = (of: Readable<CallRoom | null>) => {
      const at = <T>(select: (room: CallRoom) => Readable<T>) =>
        followedOr(of, select(none).get(), (room) => room && select(room));
      return derived(
        [derived([of], (room) => room !== null), userId, at((room) => room.summary)],
        (isThere, userId, facts) => (isThere ? infoOf(facts, userId) : null),
      );
    };
    return {
      ...devicesOf(
        this.#of((room) => room.facts.local),
        () => this.room.get()?.ref ?? null,
        (command) => this.#post(command),
      ),
      call: info(this.room),
      incoming: info(this.incomingRoom),
      audio: derived([derived([this.#routes()], (routes) => routes)], (routes) => this.#audioOf(routes)),
      isHeld: derived([this.#of((room) => room.state)], ({ state }) => state === 'held'),
      durationMs: derived(
        [clock, this.#of((room) => room.activeSince), this.#of((room) => room.endedAt)],
        (now, since, end) => (since === null ? 0 : Math.max(0, Math.floor(((end ?? now) - since) / 1000) * 1000)),
      ),
    };
  }

  #routes(): Readable<AudioRoutes> {
    const { connection } = this.client;
    return followedOr(connection, silence, (connection) => {
      const device = connection?.host.device;
      return device && { get: () => device.audioRoutes(), subscribe: (listener) => device.subscribe(listener) };
    });
  }

  #audioOf(routes: AudioRoutes): CallAudio {
    const select = (route: AudioRoute['id'] | AudioRoute) => {
      const id = typeof route === 'string' ? route : route.id;
      this.client.connection.get()?.host.device?.selectAudioRoute(id);
    };
    const isSpeaker = (route: AudioRoute) => route.kind === 'speaker';
    const enabled = routes.route !== null && isSpeaker(routes.route);
    const speaker = toggleOf({ enabled, pending: false, last_error: null }, (on) => {
      const wanted = routes.routes.find((route) => isSpeaker(route) === on);
      if (wanted) select(wanted);
    });
    return { ...routes, select, speaker };
  }
}

function infoOf({ state, call, can, lastError, dialled, direction }: CallSummary, userId: UserId | null): CallInfo {
  const request = call?.video_request ?? null;
  const other = call && (call.caller_id === userId ? call.callee_id : call.caller_id);
  return {
    id: call?.id ?? null,
    state: state.state,
    direction: call ? (call.caller_id === userId ? 'out' : 'in') : direction,
    peerId: other ?? dialled?.userId ?? null,
    isVideo: call ? call.call_type === 'video_call' : (dialled?.isVideo ?? false),
    endReason: state.state === 'ended' ? state.reason : null,
    attempt: state.state === 'reconnecting' ? state.attempt : 0,
    error: thrown(lastError),
    can,
    videoRequest: request && { isOwn: request.user_id === userId, expiresAt: request.expires_at },
  };
}
