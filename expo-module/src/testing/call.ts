import type {
  Call,
  CallCapabilities,
  CallEndReason,
  CallRef,
  CallState,
  CallType,
  Grants,
  LiveError,
  MemberState,
  TrackSource,
  UserId,
} from '../generated/bridge';
import { callCapabilities, grants } from '../generated/rules';
import type { CallEvent } from '../types';
import { Devices } from './devices';
import type { Without } from './outbox';
import { Told } from './told';
import type { World } from './world';

type CallChange = Without<CallEvent, 'seq' | 'at' | 'flushed' | 'update' | 'call'>;

/** What a ringing call is. */
export interface FakeRing {
  /** Who calls. */
  from: UserId;
  /** Default: false. */
  video?: boolean;
}

/** A call that a script moves from the other end. */
export class FakeCall {
  readonly ref: CallRef;
  readonly #told = new Told<CallChange>((change) => this.#say(change));
  readonly #devices = new Devices();
  #state: CallState;
  #row: Call | null = null;
  #peer: MemberState | null = null;
  #error: LiveError | null = null;
  #isClosed = false;

  constructor(
    private readonly world: World,
    private readonly caller: UserId,
    private readonly callee: UserId,
    private callType: CallType,
  ) {
    this.ref = world.newNumber();
    this.#state = this.#isOutgoing ? { state: 'dialing' } : { state: 'ringing', direction: 'in' };
    if (!this.#isOutgoing) this.#row = this.#newRow();
    this.tell();
  }

  /** Who is at the other end. */
  get peer(): UserId {
    return this.#isOutgoing ? this.callee : this.caller;
  }

  get isOver(): boolean {
    return this.#state.state === 'ended';
  }

  get state(): CallState['state'] {
    return this.#state.state;
  }

  // What a script does, at the other end.

  /** The other one takes the call that this user made. */
  isAnswered(): this {
    if (this.#state.state !== 'ringing' || !this.#isOutgoing)
      throw new Error(`The call is ${this.#state.state}: nobody can answer it.`);
    this.connect();
    return this.#changed();
  }

  /** The other one doesn't take it. */
  isDeclined(): this {
    return this.ends('declined');
  }

  /** Nobody answers until the ring is over. */
  isUnanswered(): this {
    return this.ends('unanswered');
  }

  /** The caller gives up before this user answers. */
  isCancelled(): this {
    return this.ends('cancelled');
  }

  /** Another device of this user answers. */
  isAnsweredElsewhere(): this {
    return this.ends('answered_elsewhere');
  }

  /** The other one hangs up. */
  isHungUp(): this {
    return this.ends('hung_up');
  }

  /** It is over, for that reason. */
  ends(reason: CallEndReason): this {
    this.#end(reason);
    this.world.flush();
    return this;
  }

  /** The other one publishes. */
  publishes(source: TrackSource, { muted = false }: { muted?: boolean } = {}): this {
    const kind = source === 'camera' || source === 'screen_share' ? 'video' : 'audio';
    const track = { id: `${this.peer} ${source}`, kind, source, muted, subscribed: true } as const;
    const others = this.#peer?.tracks.filter((one) => one.source !== source) ?? [];
    this.#peer = { user: this.peer, role: null, tracks: [...others, track] };
    return this.#changed();
  }

  /** The other one asks for a video call. */
  asksForVideo(): this {
    this.#change({ video_request: { user_id: this.peer, expires_at: this.world.now(30_000) } });
    return this.#changed();
  }

  /** The other one agrees to a video call, or not. */
  answersVideo(isAgreed: boolean): this {
    if (isAgreed) this.callType = 'video_call';
    this.#change({ video_request: null, call_type: this.callType });
    return this.#changed();
  }

  // What the host behind the client asks for.

  /** It rings there. */
  rings(): void {
    this.#row = this.#newRow();
    this.#to({ state: 'ringing', direction: 'out' });
  }

  connect(): void {
    this.#change({ status: 'active' });
    this.#to({ state: 'connecting' });
    this.#peer = { user: this.peer, role: null, tracks: [] };
    this.#devices.want('microphone', true, this.#grants);
    if (this.callType === 'video_call') this.#devices.want('camera', true, this.#grants);
    this.#to({ state: 'active' });
  }

  /** Cancels, declines or hangs up, whatever fits. */
  hangUp(): void {
    if (this.#state.state === 'ringing') this.#end(this.#isOutgoing ? 'cancelled' : 'declined');
    else this.#end(this.#state.state === 'dialing' ? 'cancelled' : 'hung_up');
  }

  refused(error: LiveError): void {
    this.#error = error;
    this.#end(error.code === 'busy' ? 'busy' : 'failed');
  }

  hold(isHeld: boolean): void {
    if (this.#state.state === 'active' || this.#state.state === 'held') this.#to({ state: isHeld ? 'held' : 'active' });
  }

  connection(state: 'lost' | 'back' | 'given_up'): void {
    const { state: now } = this.#state;
    if (state === 'lost' && (now === 'active' || now === 'held')) this.#to({ state: 'reconnecting', attempt: 1 });
    if (now !== 'reconnecting') return;
    if (state === 'back') this.#to({ state: 'active' });
    if (state === 'given_up') this.#end('failed');
  }

  want(source: 'microphone' | 'camera' | 'screen_share', on: boolean): void {
    this.#devices.want(source, on, this.#grants);
    this.tell();
  }

  flipCamera(): void {
    this.#devices.flip();
    this.tell();
  }

  requestVideo(): void {
    this.#change({ video_request: { user_id: this.world.me, expires_at: this.world.now(30_000) } });
    this.tell();
  }

  acceptVideo(isAccepted: boolean): void {
    if (isAccepted) this.callType = 'video_call';
    this.#change({ video_request: null, call_type: this.callType });
    this.tell();
  }

  toAudio(): void {
    this.callType = 'audio_call';
    this.#devices.limit(this.#grants);
    this.#change({ video_request: null, call_type: this.callType });
    this.tell();
  }

  /** Tells what is new; with `isAgain`, everything. */
  tell(isAgain = false): void {
    if (this.#isClosed) return;
    if (isAgain) this.#told.forget();
    const isOnAir = this.#state.state === 'active';
    this.#told.facts([
      ...(this.#row ? [{ change: 'call' as const, value: this.#row }] : []),
      { change: 'can', value: this.#can },
      { change: 'last_error', value: this.#error },
      { change: 'state', value: this.#state },
      { change: 'room', value: { room: 'local', value: this.#devices.local(isOnAir) } },
    ]);
    this.#told.people(this.#peer ? [this.#peer] : [], new Set(), (value) => ({ change: 'room', value }));
  }

  get #isOutgoing(): boolean {
    return this.caller === this.world.me;
  }

  get #grants(): Grants {
    return grants[this.callType].host;
  }

  get #can(): CallCapabilities {
    const state = this.#state;
    const stage = state.state === 'ringing' ? (`ringing_${state.direction}` as const) : state.state;
    const can = callCapabilities[stage];
    const isVideo = this.callType === 'video_call';
    const request = this.#row?.video_request ?? null;
    const isActive = state.state === 'active';
    const isOwn = request?.user_id === this.world.me;
    return {
      ...can,
      camera: can.camera && isVideo,
      screen_share: can.screen_share && isVideo,
      request_video: isActive && !isVideo && request === null,
      answer_video: isActive && request !== null && !isOwn,
      cancel_video_request: isActive && isOwn,
      to_audio: isActive && isVideo,
    };
  }

  #newRow(): Call {
    return {
      id: this.world.newId('call'),
      status: 'ringing',
      call_type: this.callType,
      caller_id: this.caller,
      callee_id: this.callee,
      ring_expires_at: this.world.now(45_000),
      answered_device_id: null,
      video_request: null,
      version: 1,
      end_reason: null,
    };
  }

  #change(change: Partial<Call>): void {
    if (this.#row) this.#row = { ...this.#row, ...change, version: this.#row.version + 1 };
  }

  #to(state: CallState): void {
    this.#state = state;
    this.tell();
  }

  #end(reason: CallEndReason): void {
    if (this.isOver) return;
    this.#peer = null;
    this.#change({ status: 'ended', end_reason: reason, video_request: null });
    this.#to({ state: 'ended', reason });
    this.#say({ change: 'closed' });
    this.#isClosed = true;
  }

  #changed(): this {
    this.tell();
    this.world.flush();
    return this;
  }

  #say(change: CallChange): void {
    this.world.push({ update: 'call', call: this.ref, ...change });
  }
}
