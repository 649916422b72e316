import type {
  Access,
  ChatMessage,
  EndReason,
  Grants,
  LiveError,
  LiveSession,
  MemberState,
  PendingState,
  Recording,
  Role,
  SessionCapabilities,
  SessionRef,
  SessionState,
  Stage,
  StageRequest,
  UserId,
} from '../generated/bridge';
import { grants as grantsOf, leads, onStageCapabilities, stageCapabilities } from '../generated/rules';
import { capabilities, isTerminal, keptOut } from '../web/entry';
import type { SessionEvent } from '../types';
import { Devices } from './devices';
import type { Without } from './outbox';
import { refuse } from './refusal';
import { Told } from './told';
import type { World } from './world';

/** How a session changed, without who and when. */
export type SessionChange = Without<SessionEvent, 'seq' | 'at' | 'flushed' | 'update' | 'session'>;

/** What a scripted session is. */
export interface FakeSessionOptions {
  type?: 'video_live' | 'audio_room';
  title?: string;
  /** Whose it is. Default: `host`. */
  host?: UserId;
  access?: Access;
  priceCoins?: number;
  /** Default: true. */
  isLive?: boolean;
  /** How many may be in it beside the host. Default: as many as come. */
  places?: number;
}

type Place = Stage extends infer S
  ? S extends { state: string }
    ? Without<S, 'pending' | 'can' | 'last_error' | 'request'>
    : never
  : never;

/** This user in the session, as the core behind one number has it. */
interface Visit {
  ref: SessionRef;
  state: SessionState;
  told: Told<SessionChange>;
}

/** A session and this user in it, by the rules of the backend. */
export class SessionModel {
  readonly id;
  protected current: LiveSession;
  protected shownRow: { of: LiveSession; row: LiveSession } | null = null;
  protected readonly places: number;
  protected readonly members = new Map<UserId, MemberState>();
  protected readonly speaking = new Set<UserId>();
  protected readonly banned = new Set<UserId>();
  protected readonly muted = new Set<UserId>();
  protected readonly said: ChatMessage[] = [];
  protected pending: PendingState[] = [];
  protected requests: StageRequest[] = [];
  protected recording: Recording | null = null;
  protected visit: Visit | null = null;
  protected role: Role | null = null;
  protected place: Place = { state: 'audience' };
  protected hasTicket = false;
  protected charged = 0;
  protected isAudioOnly = false;
  protected devices = new Devices();
  slowModeSeconds = 0;

  constructor(
    protected readonly world: World,
    options: FakeSessionOptions,
  ) {
    const {
      type = 'video_live',
      title = 'Live',
      host = 'host',
      access = 'public',
      priceCoins = 0,
      isLive = true,
    } = options;
    this.id = world.newId('session');
    this.places = options.places ?? Number.POSITIVE_INFINITY;
    this.current = {
      id: this.id,
      room_name: `${type === 'audio_room' ? 'room' : 'live'}_${this.id}`,
      session_type: type,
      title,
      host_id: host,
      acting_host_id: null,
      access,
      price_coins: priceCoins,
      status: isLive ? 'live' : 'preparing',
      viewer_count: 0,
      started_at: isLive ? world.now() : null,
      ended_at: null,
      end_reason: null,
    };
    if (host !== world.me) this.members.set(host, { user: host, role: 'host', tracks: [] });
  }

  /** The row as the database has it. */
  get row(): LiveSession {
    return this.current;
  }

  open(ref: SessionRef): void {
    this.visit = { ref, state: { state: 'idle' }, told: new Told((change) => this.say(change)) };
    this.devices = new Devices();
    this.tell();
  }

  get isEntered(): boolean {
    return this.visit !== null;
  }

  /** On the way in; {@link FakeSession.enter} says what came of it. */
  authorize(): void {
    this.moveTo({ state: 'authorizing' });
  }

  /** Enters, as the backend decides. */
  enter(acceptPrice: number | null): void {
    const { me } = this.world;
    if (this.current.status === 'ended') refuse('session_ended', 'The session is over.');
    if (this.banned.has(me)) refuse('banned', 'You were put out of this session.');
    if (this.world.isBlockedBetween(me, this.current.host_id)) refuse('blocked', 'You cannot enter this session.');
    if (this.viewers >= this.places) refuse('session_full', 'The session has no place left.');
    if (!this.hasTicket && this.current.host_id !== me) this.charged = this.admit(acceptPrice);
    this.hasTicket = true;
    this.take(this.current.host_id === me ? 'host' : this.audience);
    this.moveTo({ state: 'connecting' });
    this.moveTo({ state: this.current.status === 'live' ? 'live' : 'backstage' });
  }

  /** Wasn't let in. */
  refuseEntry(error: LiveError): void {
    const state = keptOut(error);
    if (isTerminal(state)) this.finish(state);
    else this.moveTo(state);
  }

  leave(reason: EndReason = 'left'): void {
    this.finish({ state: 'ended', reason });
  }

  start(): void {
    if (this.role !== 'host') refuse('role_not_allowed', 'Only the host may do this.');
    if (this.visit?.state.state !== 'backstage') refuse('conflict', 'The session is not prepared.');
    this.putOnAir();
    this.changed();
  }

  protected putOnAir(): void {
    this.current = { ...this.current, status: 'live', started_at: this.current.started_at ?? this.world.now() };
    if (this.visit?.state.state === 'backstage') this.visit.state = { state: 'live' };
  }

  /** Loses the connection, has it back, or gives it up. */
  connection(state: 'lost' | 'back' | 'given_up'): void {
    if (!this.visit) return;
    const { state: now } = this.visit.state;
    if (state === 'lost' && (now === 'live' || now === 'backstage')) this.moveTo({ state: 'reconnecting', attempt: 1 });
    if (now !== 'reconnecting') return;
    if (state === 'back') this.moveTo({ state: this.current.status === 'live' ? 'live' : 'backstage' });
    if (state === 'given_up') {
      const message = 'The connection could not be had back.';
      this.finish({ state: 'failed', error: { code: 'media_unavailable', message, retryable: true, details: {} } });
    }
  }

  want(source: 'microphone' | 'camera' | 'screen_share', on: boolean): void {
    this.devices.want(source, on, this.grants);
    this.tell();
  }

  flipCamera(): void {
    this.devices.flip();
    this.tell();
  }

  setAudioOnly(on: boolean): void {
    this.isAudioOnly = on;
    this.tell();
  }

  raiseHand(isRaised: boolean): void {
    if (isRaised && this.place.state !== 'audience') refuse('conflict', 'The hand is raised, or on stage.');
    this.place = { state: isRaised ? 'hand_raised' : 'audience' };
    this.tell();
  }

  answerInvitation(isAccepted: boolean): void {
    if (this.place.state !== 'invited') refuse('conflict', 'There is no invitation.');
    if (isAccepted) this.take(this.place.role);
    else this.place = { state: 'audience' };
    this.tell();
  }

  /** Checks that this user leads here. */
  requireLead(): void {
    if (this.role === null || !leads[this.role]) refuse('role_not_allowed', 'Only who leads the session may do this.');
  }

  dismissHand(user: UserId): void {
    this.requests = this.requests.filter((request) => request.user_id !== user);
    this.tell();
  }

  bans(user: UserId, isBanned: boolean): void {
    if (isBanned) this.banned.add(user);
    else this.banned.delete(user);
  }

  mutes(user: UserId, isMuted: boolean): void {
    if (isMuted) this.muted.add(user);
    else this.muted.delete(user);
    const member = this.members.get(user);
    const tracks = member?.tracks.map((track) =>
      track.source === 'microphone' ? { ...track, muted: isMuted } : track,
    );
    if (member && tracks) this.members.set(user, { ...member, tracks });
    this.tell();
  }

  /** This user's message is on its way. */
  write(body: string): number {
    const id = this.world.newNumber();
    this.pending = [...this.pending, { id, body, error: null }];
    this.tell();
    return id;
  }

  /** It was said, or refused. */
  written(id: number, error: LiveError | null): ChatMessage {
    const body = this.pending.find((one) => one.id === id)?.body ?? '';
    const message = this.messageOf(this.world.me, body);
    if (error) this.pending = this.pending.map((one) => (one.id === id ? { ...one, error } : one));
    else {
      this.pending = this.pending.filter((one) => one.id !== id);
      this.said.push(message);
    }
    this.tell();
    return message;
  }

  forgetPending(id: number): void {
    this.pending = this.pending.filter((one) => one.id !== id);
    this.tell();
  }

  deleteMessage(id: string): void {
    const at = this.said.findIndex((message) => message.id === id);
    if (at < 0) refuse('not_found', 'There is no such message.');
    this.said.splice(at, 1);
    this.tell();
  }

  get messages(): readonly ChatMessage[] {
    return this.said;
  }

  record(isOn: boolean): Recording {
    if (!this.can.record) refuse('role_not_allowed', 'You may not record now.');
    const known = this.recording ?? { id: this.world.newId('recording'), created_at: this.world.now() };
    this.recording = {
      ...known,
      session_id: this.id,
      status: isOn ? 'active' : 'ending',
      ended_at: null,
      duration_ms: null,
      size_bytes: null,
      expires_at: null,
    };
    this.tell();
    return this.recording;
  }

  /** Who watches or listens, this user too. */
  get viewers(): number {
    const isViewer = (user: UserId) => user !== this.current.host_id;
    const others = [...this.members.keys()].filter(isViewer).length;
    return others + (this.isHere && isViewer(this.world.me) ? 1 : 0);
  }

  /** Tells what is new; with `isAgain`, everything. */
  tell(isAgain = false): void {
    if (!this.visit) return;
    const { told, state } = this.visit;
    if (isAgain) told.forget();
    const isKnown = this.role !== null;
    const isOnAir = state.state === 'live' && this.current.status === 'live';
    // A count that changes alone is told alone.
    if (this.shownRow?.of !== this.current)
      this.shownRow = { of: this.current, row: { ...this.current, viewer_count: this.viewers } };
    const row: SessionChange[] = isKnown
      ? [
          { change: 'session', value: this.shownRow.row },
          { change: 'viewer_count', value: this.viewers },
        ]
      : [];
    told.facts([
      ...row,
      { change: 'role', value: this.role },
      { change: 'grants', value: this.grants },
      { change: 'charged_coins', value: this.charged },
      { change: 'can', value: this.can },
      { change: 'stage', value: this.stageFact },
      { change: 'stage_requests', value: this.role !== null && leads[this.role] ? this.requests : [] },
      { change: 'recording', value: this.recording },
      { change: 'state', value: state },
      { change: 'room', value: { room: 'local', value: this.devices.local(isOnAir) } },
      {
        change: 'room',
        value: { room: 'viewing', value: { mode: this.isAudioOnly ? 'audio_only_by_user' : 'video' } },
      },
    ]);
    told.people(this.isHere ? [...this.members.values()] : [], this.speaking, (value) => ({
      change: 'room',
      value,
    }));
    told.chat(this.said, this.pending, (value) => ({ change: 'chat', value }));
  }

  protected get audience(): Role {
    return this.current.session_type === 'audio_room' ? 'listener' : 'viewer';
  }

  protected get isHere(): boolean {
    switch (this.visit?.state.state) {
      case 'backstage':
      case 'live':
      case 'reconnecting':
        return true;
      case 'idle':
      case 'authorizing':
      case 'locked':
      case 'connecting':
      case 'ended':
      case 'failed':
      case undefined:
        return false;
    }
  }

  protected get grants(): Grants {
    return this.role === null ? { audio: false, video: false } : grantsOf[this.current.session_type][this.role];
  }

  protected get can(): SessionCapabilities {
    return capabilities(this.visit?.state ?? { state: 'idle' }, this.role, this.grants, this.current);
  }

  protected get stageFact(): Stage {
    const place = this.place;
    const can = place.state === 'on_stage' ? onStageCapabilities[place.role] : stageCapabilities[place.state];
    const none = { raise_hand: false, lower_hand: false, answer_invitation: false, step_down: false, lead: false };
    return { ...place, pending: null, can: this.isHere ? can : none, last_error: null, request: null };
  }

  protected admit(acceptPrice: number | null): number {
    const { access, price_coins, host_id } = this.current;
    switch (access) {
      case 'public':
        return 0;
      case 'subscribers_only':
        if (this.world.isSubscribed(host_id)) return 0;
        return refuse('subscription_required', 'This session is for subscribers of its creator.');
      case 'pay_per_view':
        if (acceptPrice === null) refuse('payment_required', 'Join with the price accepted.', { price_coins });
        if (acceptPrice !== price_coins) refuse('price_changed', 'The price is a different one.', { price_coins });
        if (this.world.coins < price_coins)
          refuse('insufficient_coins', 'The wallet holds too few coins.', { price_coins });
        this.world.coins -= price_coins;
        return price_coins;
    }
  }

  protected take(role: Role): void {
    this.role = role;
    const isOnStage = role === 'host' || role === 'co_host' || role === 'speaker';
    this.place = isOnStage ? { state: 'on_stage', role } : { state: 'audience' };
    this.devices.limit(this.grants);
  }

  protected withTracks(user: UserId, change: (tracks: MemberState['tracks']) => MemberState['tracks']): this {
    const member = this.members.get(user);
    if (!member) throw new Error(`${user} isn't in "${this.current.title}": say joins('${user}') first.`);
    this.members.set(user, { ...member, tracks: change(member.tracks) });
    return this.changed();
  }

  protected messageOf(user_id: UserId, body: string): ChatMessage {
    return { id: this.world.newId('message'), session_id: this.id, user_id, body, created_at: this.world.now() };
  }

  protected requestOf(user_id: UserId, kind: 'request' | 'invite', role: Role, created_by: UserId): StageRequest {
    const id = this.world.newId('request');
    const created_at = this.world.now();
    return {
      id,
      session_id: this.id,
      user_id,
      kind,
      role,
      status: 'pending',
      created_by,
      created_at,
      expires_at: null,
    };
  }

  protected moveTo(state: SessionState): void {
    if (!this.visit) return;
    this.visit.state = state;
    this.tell();
  }

  /** It is over for this user: the core tells so once, and nothing more. */
  protected finish(state: SessionState): void {
    if (!this.visit) return;
    this.moveTo(state);
    this.say({ change: 'closed' });
    this.visit = null;
    this.world.flush();
  }

  protected changed(): this {
    this.tell();
    this.world.flush();
    return this;
  }

  protected say(change: SessionChange): void {
    if (this.visit) this.world.push({ update: 'session', session: this.visit.ref, ...change });
  }
}
