import type { Command } from '../client/commands';
import type { ErrorCode, LiveError, Recording, Request, RoomRef, SessionRef } from '../generated/bridge';
import type { BridgeHost, DeviceHost } from '../host';
import type { FakeCall } from './call';
import type { Update, Without } from './outbox';
import { refusal, Refused, refuse } from './refusal';
import { FakeSession } from './session';
import type { World } from './world';

type Outcome = Without<Extract<Update, { update: 'reply' }>, 'update' | 'id'>;
/** The name of what may be asked for. */
export type CommandName = Command['command'];

const done: Outcome = { outcome: 'done' };

/** A request that waits to be carried out. */
interface Held {
  id: number;
  command: CommandName;
  run(): void;
  undo(): void;
}

/** Carries requests out in the world of a script. */
export class FakeHost implements BridgeHost {
  /** What was asked for, in order. */
  readonly sent: Request[] = [];
  readonly #opened = new Map<SessionRef, FakeSession | null>();
  readonly #refusals = new Map<CommandName, LiveError[]>();
  readonly #holding = new Set<CommandName>();
  readonly #keys = new Set<string>();
  #held: Held[] = [];

  constructor(
    private readonly world: World,
    readonly device: DeviceHost,
    readonly VideoView: NonNullable<BridgeHost['VideoView']>,
  ) {}

  subscribe(listener: Parameters<BridgeHost['subscribe']>[0]): () => void {
    return this.world.outbox.subscribe(listener);
  }

  close(): void {
    this.world.outbox.close();
  }

  send(request: Request): void {
    this.sent.push(request);
    const { id, ...command } = request;
    const error = this.#refusals.get(request.command)?.shift() ?? (this.world.isOffline ? offline(request) : null);
    const undo = this.#begin(command);
    const run = () => this.#answer(id, () => (error ? this.#refused(command, error) : this.#perform(command)));
    if (this.#holding.has(request.command)) this.#held.push({ id, command: request.command, run, undo });
    else run();
  }

  /** The next request of that name is refused. */
  refuse(command: CommandName, code: ErrorCode, more: Partial<LiveError> = {}): void {
    const error = { ...refusal(code, `Refused by the script: ${code}.`), ...more };
    this.#refusals.set(command, [...(this.#refusals.get(command) ?? []), error]);
  }

  /** Requests of that name wait from now on, until what is returned is called. */
  hold(command: CommandName): () => void {
    this.#holding.add(command);
    return () => {
      this.#holding.delete(command);
      const held = this.#held.filter((one) => one.command === command);
      this.#held = this.#held.filter((one) => one.command !== command);
      for (const one of held) one.run();
      this.world.flush();
    };
  }

  #answer(id: number, perform: () => Outcome): void {
    let outcome: Outcome;
    try {
      outcome = perform();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      outcome = { outcome: 'refused', error: error.error };
    }
    this.world.push({ update: 'reply', id, ...outcome });
  }

  /** What shows before the backend has answered; returns what undoes it. */
  #begin(command: Command): () => void {
    switch (command.command) {
      case 'join_session': {
        const session = this.world.sessions.find((one) => one.id === command.session_id);
        if (!session) return () => undefined;
        if (!session.isEntered) session.open(command.session);
        this.#opened.set(command.session, session);
        session.authorize();
        return () => session.leave();
      }
      case 'start_call': {
        const call = this.world.dial(command.user_id, command.call_type === 'video_call');
        return () => call.hangUp();
      }
      default:
        return () => undefined;
    }
  }

  #refused(command: Command, error: LiveError): never {
    if (command.command === 'join_session') this.#opened.get(command.session)?.refuseEntry(error);
    if (command.command === 'start_call') this.#dialled.refused(error);
    if (command.command === 'send_message') {
      const session = this.#session(command.session);
      session.written(session.write(command.body), error);
    }
    throw new Refused(error);
  }

  #perform(command: Command): Outcome {
    const { world } = this;
    switch (command.command) {
      case 'attach':
        return this.#attach();
      case 'cancel':
        return this.#cancel(command.request);
      case 'token':
      case 'network_changed':
      case 'handle_push':
      case 'register_device':
      case 'unregister_device':
      case 'report':
      case 'set_view':
      case 'stats':
        return done;
      case 'close_view':
        this.#room(command.room);
        return done;
      case 'close':
        for (const session of world.sessions) session.leave();
        for (const call of world.calls) if (!call.isOver) call.hangUp();
        return done;

      case 'balance':
        return { outcome: 'balance', coins: world.coins };
      case 'block':
        world.blocked.add(command.user_id);
        return done;
      case 'unblock':
        world.blocked.delete(command.user_id);
        return done;
      case 'blocked':
        return { outcome: 'users', users: [...world.blocked] };
      case 'do_not_disturb':
        return { outcome: 'do_not_disturb', wish: world.doNotDisturb };
      case 'set_do_not_disturb':
        world.doNotDisturb = command.wish;
        return done;

      case 'open_session': {
        const session = world.newNumber();
        this.#opened.set(session, null);
        return { outcome: 'session', session };
      }
      case 'close_session':
      case 'leave_session':
        this.#opened.get(command.session)?.leave();
        return done;
      case 'create_session':
        return this.#create(command);
      case 'join_session':
        return this.#join(command);
      case 'go_live':
        this.#session(command.session).start();
        return done;
      case 'end_session':
        this.#led(command.session).ends();
        return done;

      case 'promote':
        return this.#person(command, (session) => session.givesRole(command.user_id, command.role));
      case 'demote':
        return this.#demote(command);
      case 'invite':
        return this.#person(command, () => undefined);
      case 'unban':
        return this.#person(command, (session) => session.bans(command.user_id, false));
      case 'dismiss_hand':
        return this.#person(command, (session) => session.dismissHand(command.user_id));
      case 'mute':
        return this.#person(command, (session) => session.mutes(command.user_id, true));
      case 'unmute':
        return this.#person(command, (session) => session.mutes(command.user_id, false));
      case 'ban':
        this.#led(command.session).bans(command.user_id, true);
        return this.#person(command, (session) => session.leaves(command.user_id));
      case 'kick':
        return this.#person(command, (session) => session.leaves(command.user_id));
      case 'raise_hand':
      case 'lower_hand':
        this.#session(command.session).raiseHand(command.command === 'raise_hand');
        return done;
      case 'accept_invite':
      case 'decline_invite':
        this.#session(command.session).answerInvitation(command.command === 'accept_invite');
        return done;

      case 'send_message': {
        const session = this.#session(command.session);
        return { outcome: 'message', message: session.written(session.write(command.body), null) };
      }
      case 'dismiss_message':
        this.#session(command.session).forgetPending(command.pending);
        return done;
      case 'delete_message':
        this.#session(command.session).deleteMessage(command.message_id);
        return done;
      case 'history': {
        const { before, limit } = command;
        const all = this.#session(command.session).messages;
        const older = before
          ? all.slice(
              0,
              all.findIndex((message) => message.id === before.id),
            )
          : all;
        return { outcome: 'messages', messages: [...older].reverse().slice(0, limit) };
      }
      case 'send_reaction':
        this.#session(command.session).receivesReactions({ [command.kind]: 1 });
        return done;
      case 'send_gift':
        return this.#give(command);
      case 'slow_mode':
        return { outcome: 'slow_mode', seconds: this.#session(command.session).slowModeSeconds };
      case 'set_slow_mode':
        this.#led(command.session).slowModeSeconds = command.seconds;
        return done;
      case 'start_recording':
      case 'stop_recording':
        return this.#recorded(this.#session(command.session).record(command.command === 'start_recording'));

      case 'start_call':
        return this.#dial();
      case 'accept':
        this.#call(command.call).connect();
        return done;
      case 'decline':
      case 'hang_up':
        this.#call(command.call).hangUp();
        return done;
      case 'hold':
        this.#call(command.call).hold(command.on);
        return done;
      case 'request_video':
        this.#call(command.call).requestVideo();
        return done;
      case 'accept_video':
      case 'decline_video':
        this.#call(command.call).acceptVideo(command.command === 'accept_video');
        return done;
      case 'to_audio':
        this.#call(command.call).toAudio();
        return done;

      case 'set_microphone':
        this.#room(command.room).want('microphone', command.on);
        return done;
      case 'set_camera':
        this.#room(command.room).want('camera', command.on);
        return done;
      case 'set_screen_share':
        this.#room(command.room).want('screen_share', command.on);
        return done;
      case 'flip_camera':
        this.#room(command.room).flipCamera();
        return done;
      case 'set_audio_only': {
        const room = this.#room(command.room);
        if (room instanceof FakeSession) room.setAudioOnly(command.on);
        return done;
      }
    }
  }

  #attach(): Outcome {
    if (!this.world.outbox.attach()) return done;
    this.world.push({ update: 'resync' });
    for (const session of this.world.sessions) session.tell(true);
    for (const call of this.world.calls) call.tell(true);
    return done;
  }

  #cancel(id: number): Outcome {
    const held = this.#held.find((one) => one.id === id);
    this.#held = this.#held.filter((one) => one.id !== id);
    held?.undo();
    return done;
  }

  #create(command: Extract<Command, { command: 'create_session' }>): Outcome {
    const { world } = this;
    if (!world.isCreator) refuse('not_creator', 'Only creators may open a session.');
    const isOwn = (session: FakeSession) => session.row.host_id === world.me && session.row.status !== 'ended';
    if (world.sessions.some(isOwn)) refuse('already_live', 'You have an open session already.');
    const { title, access, session_type, price_coins } = command;
    if (title.length < 1 || title.length > 120)
      refuse('invalid_argument', 'A title has 1 to 120 characters.', { field: 'title' });
    const type = session_type === 'audio_room' ? 'audio_room' : 'video_live';
    const options = { title, access, type, host: world.me, isLive: false } as const;
    const session = new FakeSession(world, price_coins ? { ...options, priceCoins: price_coins } : options);
    world.sessions.push(session);
    this.#opened.set(command.session, session);
    session.open(command.session);
    session.authorize();
    session.enter(null);
    return done;
  }

  #join(command: Extract<Command, { command: 'join_session' }>): Outcome {
    const session = this.world.session(command.session_id);
    try {
      session.enter(command.accept_price ?? null);
    } catch (error) {
      if (error instanceof Refused) session.refuseEntry(error.error);
      throw error;
    }
    return done;
  }

  #dial(): Outcome {
    const call = this.#dialled;
    try {
      this.world.checkCall(call.peer);
    } catch (error) {
      if (error instanceof Refused) call.refused(error.error);
      throw error;
    }
    call.rings();
    return { outcome: 'call', call: call.ref };
  }

  #give({ session, coins, message, idempotency_key }: Extract<Command, { command: 'send_gift' }>): Outcome {
    const { world } = this;
    const target = this.#session(session);
    const isRepeated = idempotency_key ? this.#keys.has(idempotency_key) : false;
    if (!isRepeated) {
      if (world.coins < coins) refuse('insufficient_coins', 'The wallet holds too few coins.');
      world.coins -= coins;
      if (idempotency_key) this.#keys.add(idempotency_key);
      target.receivesGift(world.me, coins, message ?? null);
    }
    return { outcome: 'balance', coins: world.coins };
  }

  #demote(command: Extract<Command, { command: 'demote' }>): Outcome {
    const session = this.#session(command.session);
    const audience = session.row.session_type === 'audio_room' ? 'listener' : 'viewer';
    if (command.user_id !== this.world.me) session.requireLead();
    session.givesRole(command.user_id, audience);
    return this.#participant(session, command.user_id);
  }

  #person(command: { session: SessionRef; user_id: string }, act: (session: FakeSession) => void): Outcome {
    const session = this.#led(command.session);
    act(session);
    return this.#participant(session, command.user_id);
  }

  #participant(session: FakeSession, user_id: string): Outcome {
    const times = { joined_at: this.world.now(), left_at: null };
    const participant = {
      session_id: session.id,
      user_id,
      role: 'viewer' as const,
      status: 'joined' as const,
      ...times,
    };
    return { outcome: 'participant', participant };
  }

  #recorded(recording: Recording): Outcome {
    return { outcome: 'recording', recording };
  }

  /** The call that is being dialled. */
  get #dialled(): FakeCall {
    return this.world.calls.at(-1) ?? refuse('not_found', 'no call of that number', { field: 'call' });
  }

  #session(ref: SessionRef): FakeSession {
    const session = this.#opened.get(ref);
    return session?.isEntered ? session : refuse('not_found', 'no session of that number', { field: 'session' });
  }

  #led(ref: SessionRef): FakeSession {
    const session = this.#session(ref);
    session.requireLead();
    return session;
  }

  #call(ref: number): FakeCall {
    const call = this.world.calls.find((call) => call.ref === ref && !call.isOver);
    return call ?? refuse('not_found', 'no call of that number', { field: 'call' });
  }

  #room(room: RoomRef): FakeSession | FakeCall {
    return 'session' in room ? this.#session(room.session) : this.#call(room.call);
  }
}

/** Without a network, what asks the backend fails; what the device decides alone goes on. */
function offline({ command }: Request): LiveError | null {
  switch (command) {
    case 'attach':
    case 'cancel':
    case 'token':
    case 'close':
    case 'close_view':
    case 'set_view':
    case 'open_session':
    case 'leave_session':
    case 'close_session':
    case 'set_microphone':
    case 'set_camera':
    case 'set_screen_share':
    case 'flip_camera':
    case 'set_audio_only':
    case 'hang_up':
    case 'decline':
    case 'hold':
      return null;
    default:
      return refusal('internal', 'The network is down.');
  }
}
