import type {
  Call,
  CallCapabilities,
  CallEndReason,
  CallId,
  CallState,
  CallType,
  Grants,
  LiveError,
  RoomChange,
  UserId,
} from '../generated/bridge';
import { callCapabilities, grants as grantTable, limits } from '../generated/rules';
import { newKey, type Backend, type CallAdmission, type CallTypeChange, type LiveKitAccess } from './backend';
import { Refused, asLiveError, liveError, refused } from './errors';
import { Facts } from './facts';
import { RoomLink, type LinkListener, type LoadLiveKit, type Over } from './link';
import { Publisher, isGranted, type Source } from './publisher';
import { tellRoom, type Owner } from './room';
import { Deferred, Timers, fullJitter, insist } from './time';
import type { CallChange } from './types';

/** How long a ring that seems to be over here still waits for the server's word, in milliseconds: clocks differ. */
const RING_SLACK = 3_000;

const statusOrder = { ringing: 0, active: 1, ended: 2 };
const nothing: Grants = { audio: false, video: false };

/** A 1-1 call on this device: it moves on the server's word, and ends at once where this user ends it. */
export class WebCall implements LinkListener {
  private state: CallState = { state: 'idle' };
  call: Call | null = null;
  private isIncoming = false;
  private isHeld = false;
  private isTaken = false;
  private access: LiveKitAccess | null = null;
  private grants: Grants = nothing;
  private attempt = 0;
  private asked: CallTypeChange | null = null;
  private lastError: LiveError | null = null;
  private ringsUntil = 0;
  private rings: Deferred<void> | null = null;
  private taken: Deferred<void> | null = null;
  private farewell: Promise<unknown> = Promise.resolve();
  private readonly publisher = new Publisher();
  private readonly timers = new Timers<'ring' | 'retry' | 'budget'>();
  private readonly facts: Facts<CallChange>;
  readonly link: RoomLink;

  constructor(
    private readonly backend: Backend,
    private readonly owner: Owner,
    load: LoadLiveKit,
    private readonly say: (change: CallChange, again?: boolean) => void,
    private readonly onKnown: (call: WebCall, id: CallId) => void,
    private readonly onClosed: () => void,
  ) {
    this.link = new RoomLink(load, this);
    this.facts = new Facts(say);
  }

  /** Whether it rings here and nobody took it. */
  get isRinging(): boolean {
    return this.state.state === 'ringing' && this.isIncoming;
  }

  /** Calls somebody; resolves once it rings there, or both called each other. */
  dial(callee: UserId, type: CallType): Promise<void> {
    const rings = (this.rings = new Deferred<void>());
    this.wishByType(type);
    this.go({ state: 'dialing' });
    const key = newKey();
    // It may ring there already: the key finds that very call again.
    const ask = () => this.backend.initiateCall(callee, type, key);
    insist(ask).then(
      (admission) => this.initiated(admission),
      (thrown: unknown) => this.fail(asLiveError(thrown)),
    );
    return rings.promise;
  }

  /** It rings here, as the server said. */
  offer(call: Call): void {
    this.isIncoming = true;
    this.call = call;
    this.wishByType(call.call_type);
    const left = Date.parse(call.ring_expires_at) - Date.now();
    this.ringsUntil = Date.now() + limits.ring;
    this.startRing(left > 0 ? Math.min(left, limits.ring) : limits.ring);
    this.go({ state: 'ringing', direction: 'in' });
    // The news may have been long on its way: is it still true?
    void this.fetch();
  }

  /** Takes the call; resolves in its room. */
  accept(): Promise<void> {
    if (this.taken && this.state.state !== 'ended') return this.taken.promise;
    if (!this.isRinging)
      return Promise.reject(refused(this.isOver ? 'call_ended' : 'conflict', 'it does not ring here'));
    const taken = (this.taken = new Deferred<void>());
    this.isTaken = true;
    this.timers.stop('ring');
    this.startBudget();
    this.go({ state: 'connecting' });
    void this.answer();
    return taken.promise;
  }

  decline(): void {
    if (!this.isRinging) return this.hangUp();
    this.tellAnswer(false);
    this.end('declined');
  }

  /** Cancels or hangs up; accepted in every state. */
  hangUp(): void {
    if (this.isOver) return;
    if (this.isRinging) return this.decline();
    const { state } = this.state;
    const isOut = state === 'idle' || state === 'dialing' || state === 'ringing';
    this.endThere();
    this.end(isOut ? 'cancelled' : 'hung_up');
  }

  /** Both called each other, or this user called twice: what was dialled goes on. */
  merged(): void {
    this.end('glare_merged');
  }

  hold(on: boolean): void {
    this.isHeld = on;
    if (this.state.state === 'active' || this.state.state === 'held') this.go({ state: on ? 'held' : 'active' });
  }

  /** Another type of call, or an answer to the other one's wish. */
  async change(change: CallTypeChange): Promise<void> {
    const { call } = this;
    const isTalking = this.state.state === 'active' || this.state.state === 'held';
    if (this.isOver) throw refused('call_ended', 'the call is over');
    if (!call || !isTalking || this.asked !== null) throw refused('conflict', 'not in this state');
    this.asked = change;
    if (change === 'request_video' || change === 'accept_video') this.publisher.want('camera', true);
    else this.dropPicture();
    this.follow();
    const key = newKey();
    try {
      const changed = await insist(() => this.backend.changeCall(call.id, change, key));
      this.asked = null;
      this.learn(changed);
      this.followRequest();
    } catch (thrown) {
      this.asked = null;
      if (!this.isVideo) this.dropPicture();
      void this.fetch();
      throw thrown;
    } finally {
      this.follow();
    }
  }

  /** What the user wants of a device. In a voice call a picture is asked for first. */
  want(source: Source, on: boolean): void {
    if (this.isOver) return;
    const isTalking = ['active', 'held', 'reconnecting'].includes(this.state.state);
    if (on && isTalking && !isGranted(this.maySend, source)) {
      this.publisher.refuse(source, liveError('conflict', 'ask the other one for a video call first'));
    } else {
      this.publisher.want(source, on);
    }
    this.follow();
  }

  flip(): void {
    const { facing } = this.publisher;
    if (!this.isOver && this.publisher.flip()) void this.link.devices.flip(facing);
    this.follow();
  }

  setAudioOnly(on: boolean): void {
    this.link.setAudioOnly(on);
    this.tell();
  }

  networkChanged(): void {
    if (this.state.state !== 'connecting' && this.state.state !== 'reconnecting') return;
    this.attempt = 0;
    this.timers.start('retry', 0, () => void this.tryAgain());
  }

  again(): void {
    this.facts.again(() => this.tell());
    this.link.again();
  }

  /** News overtake each other; a call only ever goes on. */
  learn(news: Call): void {
    const known = this.call;
    if (known && (known.id !== news.id || known.status === 'ended')) return;
    if (known && statusOrder[news.status] < statusOrder[known.status]) return;
    if (known && news.status === known.status && news.version < known.version) return;
    this.call = news;
    this.followRequest();
    const isElsewhere = this.isIncoming && news.answered_device_id !== (this.isTaken ? this.owner.deviceId : null);
    if (news.status === 'ended') this.learnEnd(news.end_reason ?? 'other');
    else if (news.status === 'active' && this.state.state === 'ringing' && !this.isIncoming) void this.enterRoom();
    else if (news.status === 'active' && isElsewhere && (this.isRinging || this.state.state === 'connecting')) {
      this.end('answered_elsewhere');
    }
    this.follow();
  }

  lost(): void {
    if (this.state.state !== 'active' && this.state.state !== 'held') return;
    this.attempt = 0;
    this.startBudget();
    this.go({ state: 'reconnecting', attempt: 0 });
  }

  resumed(): void {
    if (this.state.state === 'reconnecting') this.arrive();
  }

  /** Whether the call is over or only its room is lost, the database knows. */
  over(why: Over): void {
    this.publisher.loseConnection();
    if (why === 'joined_elsewhere') return this.end('answered_elsewhere');
    this.lost();
    void this.fetch();
    this.retry(liveError('media_unavailable', 'disconnected'));
  }

  granted(grants: Grants): void {
    if (this.grants.video && !grants.video) this.dropPicture();
    if (!grants.audio) this.publisher.unwish('microphone');
    this.grants = grants;
    this.follow();
  }

  become(): void {
    // Both people of a call are the same.
  }

  published(source: Source, error?: LiveError): void {
    if (error?.retryable && this.state.state === 'reconnecting') this.publisher.deferred(source);
    else this.publisher.published(source, error);
    this.follow();
  }

  unpublished(source: Source): void {
    this.publisher.unpublished(source);
    this.follow();
  }

  flipped(outcome: Parameters<Publisher['flipped']>[0]): void {
    this.publisher.flipped(outcome);
    this.follow();
  }

  room(change: RoomChange, again: boolean): void {
    this.say({ change: 'room', value: change }, again);
  }

  subscribed(): void {
    // What was seen first is told of sessions alone.
  }

  private get isOver(): boolean {
    return this.state.state === 'ended';
  }

  private get isVideo(): boolean {
    return this.call?.call_type === 'video_call';
  }

  /** What both LiveKit and the call's row permit. */
  private get maySend(): Grants {
    return { audio: this.grants.audio, video: this.grants.video && this.isVideo };
  }

  private initiated({ call, livekit }: CallAdmission): void {
    this.call ??= call;
    // A hang-up overtook the answer: take the ring back.
    if (this.isOver) return this.endThere();
    this.access = livekit ?? null;
    this.onKnown(this, call.id);
    this.rings?.resolve();
    if (call.status === 'active') return void this.enterRoom();
    if (call.status === 'ended') return this.end(call.end_reason ?? 'other');
    this.startRing(limits.ring);
    this.go({ state: 'ringing', direction: 'out' });
    // What was said of it before it had its number was missed.
    void this.fetch();
  }

  private startRing(ms: number): void {
    this.timers.start('ring', ms, () => void this.ringOut());
  }

  /** The ring's time seems to be over; the server knows. */
  private async ringOut(): Promise<void> {
    await Promise.race([this.fetch(), new Promise((resolve) => setTimeout(resolve, RING_SLACK))]);
    if (this.state.state !== 'ringing') return;
    const left = this.ringsUntil - Date.now();
    if (this.isIncoming && left > 0 && this.call?.status === 'ringing') return this.startRing(left);
    if (!this.isIncoming) this.endThere();
    this.end('unanswered');
  }

  private async answer(): Promise<void> {
    const { call } = this;
    if (!call) return;
    try {
      const answered = await this.backend.answerCall(call.id, true, this.owner.deviceId);
      // The user was faster than the answer.
      if (this.isOver) return answered.call.status === 'active' ? this.endThere() : undefined;
      if (answered.call.version === undefined || answered.call.version >= call.version)
        this.call = { ...call, ...answered.call };
      this.access = answered.livekit ?? null;
      this.attempt = 0;
      await this.enterRoom();
    } catch (thrown) {
      const error = asLiveError(thrown);
      if (this.isOver) return;
      if (error.code === 'answered_elsewhere') return this.end('answered_elsewhere');
      if (error.code === 'call_ended') {
        this.endThere();
        return this.end('cancelled');
      }
      this.retry(error);
    }
  }

  private async enterRoom(): Promise<void> {
    this.timers.stop('ring');
    this.grants = this.call ? grantTable[this.call.call_type].host : nothing;
    this.publisher.limit(this.grants);
    this.startBudget();
    this.go({ state: 'connecting' });
    if (this.access) await this.connect(this.access);
  }

  private async connect(access: LiveKitAccess): Promise<void> {
    try {
      if (await this.link.connect(access)) this.arrive();
    } catch (thrown) {
      if (!this.isOver) this.retry(asLiveError(thrown));
    }
  }

  private arrive(): void {
    if (this.isOver) return;
    this.attempt = 0;
    this.timers.stopAll();
    this.go({ state: this.isHeld ? 'held' : 'active' });
    this.taken?.resolve();
  }

  private retry(error: LiveError): void {
    if (this.isOver) return;
    if (!error.retryable) return this.fail(error);
    this.timers.start('retry', fullJitter(this.attempt), () => void this.tryAgain());
    this.attempt += 1;
    if (this.state.state === 'reconnecting') this.go({ state: 'reconnecting', attempt: this.attempt });
  }

  /** The next try of whatever failed: the answer, where it isn't in yet, or else the room. */
  private async tryAgain(): Promise<void> {
    const { call } = this;
    if (!call || this.isOver) return;
    if (!this.access) return this.answer();
    try {
      const { livekit } = await this.backend.callToken(call.id);
      if (this.state.state !== 'connecting' && this.state.state !== 'reconnecting') return;
      this.access = livekit;
      this.publisher.loseConnection();
      await this.connect(livekit);
    } catch (thrown) {
      const error = asLiveError(thrown);
      if (error.code === 'call_ended') await this.fetch();
      else this.retry(error);
    }
  }

  private startBudget(): void {
    const error = liveError('media_unavailable', "the connection couldn't be had in time");
    this.timers.start('budget', limits.reconnectBudget, () => this.fail(error));
  }

  private async fetch(): Promise<void> {
    const { call } = this;
    const news = call && (await insist(() => this.backend.call(call.id)).catch(() => undefined));
    if (news) this.learn(news);
  }

  private fail(error: LiveError): void {
    if (this.isOver) return;
    this.lastError = error;
    this.rings?.reject(new Refused(error));
    this.endThere();
    this.end(error.details.end_reason ?? (error.code === 'busy' ? 'busy' : 'failed'));
  }

  /** Tells the backend that it is over, and learns why it says it is. */
  private endThere(): void {
    const { call } = this;
    if (!call) return;
    // A device that doesn't know whether it was the first takes its answer back: another one may be in the call.
    if (this.isTaken && !this.access) return this.tellAnswer(false);
    this.farewell = insist(() => this.backend.endCall(call.id)).then(
      (ended) => this.learn(ended),
      () => {},
    );
  }

  private tellAnswer(accept: boolean): void {
    const { call } = this;
    if (!call) return;
    this.farewell = insist(() => this.backend.answerCall(call.id, accept, this.owner.deviceId)).catch(() => {});
  }

  private learnEnd(reason: CallEndReason): void {
    if (!this.isOver) return this.end(reason);
    const own = this.state.state === 'ended' ? this.state.reason : null;
    if (own !== 'answered_elsewhere' && own !== 'glare_merged') this.go({ state: 'ended', reason });
  }

  private end(reason: CallEndReason): void {
    if (this.isOver) return;
    this.timers.stopAll();
    this.publisher.stop();
    this.link.disconnect();
    this.go({ state: 'ended', reason });
    const over = refused('call_ended', 'the call is over', { end_reason: reason });
    this.rings?.reject(over);
    this.taken?.reject(over);
    void this.farewell.finally(() => this.onClosed());
  }

  /** A call begins as its type says: with a voice, and with a picture in a video call. */
  private wishByType(type: CallType): void {
    const { audio, video } = grantTable[type].host;
    this.publisher.want('microphone', audio);
    this.publisher.want('camera', video);
  }

  /** In a voice call a picture is wished only while somebody is asked for it. */
  private followRequest(): void {
    if (!this.isVideo && this.asked === null && !this.call?.video_request) this.dropPicture();
  }

  private dropPicture(): void {
    this.publisher.unwish('camera');
    this.publisher.unwish('screen_share');
  }

  private go(state: CallState): void {
    this.state = state;
    this.follow();
  }

  private follow(): void {
    const { state } = this.state;
    const gate = state === 'active' ? 'open' : state === 'reconnecting' && !this.isHeld ? 'keep' : 'shut';
    const type = this.call?.call_type ?? 'audio_call';
    this.publisher.settle(
      gate,
      this.maySend,
      (source) => this.link.publish(source, type, 'host', this.publisher.facing),
      (source) => this.link.devices.unpublish(source),
    );
    this.tell();
  }

  private get can(): CallCapabilities {
    const { state } = this;
    const can = callCapabilities[state.state === 'ringing' ? (`ringing_${state.direction}` as const) : state.state];
    const asks = this.asked === null && (state.state === 'active' || state.state === 'held');
    const wish = this.call?.video_request ?? null;
    return {
      ...can,
      microphone: can.microphone && this.maySend.audio,
      camera: can.camera && this.maySend.video,
      screen_share: can.screen_share && this.maySend.video,
      request_video: asks && !this.isVideo && wish === null,
      answer_video: asks && wish !== null && wish.user_id !== this.owner.user,
      cancel_video_request: asks && wish !== null && wish.user_id === this.owner.user,
      to_audio: asks && this.isVideo,
    };
  }

  private tell(): void {
    const { facts } = this;
    if (this.call) facts.tell('call', { change: 'call', value: this.call });
    facts.tell('can', { change: 'can', value: this.can });
    facts.tell('last_error', { change: 'last_error', value: this.lastError });
    facts.tell('state', { change: 'state', value: this.state });
    tellRoom(facts, this.publisher, this.link, (value): CallChange => ({ change: 'room', value }));
  }
}
