import type {
  Call,
  CallEndReason,
  CallId,
  CallState,
  CallType,
  Grants,
  LiveError,
  RoomChange,
  UserId,
} from '../generated/bridge';
import { grants as grantTable } from '../generated/rules';
import { newKey, type Backend, type CallAdmission, type CallTypeChange, type LiveKitAccess } from './backend';
import { capabilitiesOf, isNews } from './callrules';
import { Refused, asLiveError, liveError, refused } from './errors';
import type { LoadLiveKit, Over } from './link';
import { isGranted, type Gate, type Source } from './publisher';
import { Ring } from './ring';
import { Room, type Owner, type Say } from './room';
import { Deferred, fullJitter, insist } from './time';
import type { CallChange } from './types';

const nothing: Grants = { audio: false, video: false };

/** A 1-1 call on this device: it moves on the server's word, and ends at once where this user ends it. */
export class WebCall extends Room<CallChange> {
  private state: CallState = { state: 'idle' };
  call: Call | null = null;
  private isIncoming = false;
  private isHeld = false;
  private isTaken = false;
  private access: LiveKitAccess | null = null;
  private grants: Grants = nothing;
  private asked: CallTypeChange | null = null;
  private lastError: LiveError | null = null;
  private readonly ring = new Ring(
    async () => (await this.fetch())?.status === 'ringing' && this.isIncoming,
    () => this.ringOut(),
  );
  private rings: Deferred<void> | null = null;
  private taken: Deferred<void> | null = null;
  private farewell: Promise<unknown> = Promise.resolve();

  constructor(
    backend: Backend,
    private readonly owner: Owner,
    load: LoadLiveKit,
    say: Say<CallChange>,
    private readonly onKnown: (call: WebCall, id: CallId) => void,
    private readonly onClosed: () => void,
  ) {
    super(backend, load, say);
  }

  /** Whether it rings here and nobody took it. */
  get isRinging(): boolean {
    return this.state.state === 'ringing' && this.isIncoming;
  }

  /** Resolves once the backend knows what this device said last of the call. */
  get told(): Promise<unknown> {
    return this.farewell;
  }

  /** Calls somebody; resolves once it rings there, or both called each other. */
  dial(callee: UserId, type: CallType): Promise<void> {
    const rings = (this.rings = new Deferred<void>());
    this.wishByType(type);
    this.go({ state: 'dialing' });
    const key = newKey();
    const ask = () => this.backend.initiateCall(callee, type, key);
    // It may ring there already: the key finds that very call again.
    insist(ask, (error) => error.code === 'internal').then(
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
    this.ring.start(call.ring_expires_at);
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
    this.ring.stop();
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
    if (this.isOver) throw refused('call_ended', 'the call is over');
    if (!call || !this.isTalking || this.asked !== null) throw refused('conflict', 'not in this state');
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

  /** News overtake each other; a call only ever goes on. */
  learn(news: Call): void {
    if (this.call && !isNews(news, this.call)) return;
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

  subscribed(): void {
    // What was seen first is told of sessions alone.
  }

  protected get isOver(): boolean {
    return this.state.state === 'ended';
  }

  protected get isConnecting(): boolean {
    return this.state.state === 'connecting' || this.isReconnecting;
  }

  protected get isReconnecting(): boolean {
    return this.state.state === 'reconnecting';
  }

  protected get gate(): Gate {
    return this.state.state === 'active' ? 'open' : this.isReconnecting && !this.isHeld ? 'keep' : 'shut';
  }

  protected get encoding() {
    return { type: this.call?.call_type ?? 'audio_call', role: 'host' } as const;
  }

  protected wrap(change: RoomChange): CallChange {
    return { change: 'room', value: change };
  }

  private get isTalking(): boolean {
    return this.state.state === 'active' || this.state.state === 'held';
  }

  /** In a voice call a picture is asked for first. */
  protected refusalOf(source: Source): LiveError | null {
    if (!(this.isTalking || this.isReconnecting) || isGranted(this.maySend, source)) return null;
    return liveError('conflict', 'ask the other one for a video call first');
  }

  private get isVideo(): boolean {
    return this.call?.call_type === 'video_call';
  }

  /** What both LiveKit and the call's row permit. */
  protected get maySend(): Grants {
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
    this.ring.start();
    this.go({ state: 'ringing', direction: 'out' });
    // What was said of it before it had its number was missed.
    void this.fetch();
  }

  private ringOut(): void {
    if (this.state.state !== 'ringing') return;
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
    this.ring.stop();
    this.grants = this.call ? grantTable[this.call.call_type].host : nothing;
    this.publisher.limit(this.grants);
    this.startBudget();
    this.go({ state: 'connecting' });
    if (this.access) await this.connect(this.access);
  }

  protected arrive(): void {
    this.attempt = 0;
    this.timers.stopAll();
    this.go({ state: this.isHeld ? 'held' : 'active' });
    this.taken?.resolve();
  }

  protected retry(error: LiveError): void {
    if (this.isOver) return;
    if (!error.retryable) return this.fail(error);
    this.tryIn(fullJitter(this.attempt));
    this.attempt += 1;
    if (this.state.state === 'reconnecting') this.go({ state: 'reconnecting', attempt: this.attempt });
  }

  /** The next try of whatever failed: the answer, where it isn't in yet, or else the room. */
  protected async tryAgain(): Promise<void> {
    const { call } = this;
    if (!call || this.isOver) return;
    if (!this.access) return this.answer();
    try {
      const { livekit } = await this.backend.callToken(call.id);
      if (!this.isConnecting) return;
      this.access = livekit;
      this.publisher.loseConnection();
      await this.connect(livekit);
    } catch (thrown) {
      const error = asLiveError(thrown);
      if (error.code === 'call_ended') await this.fetch();
      else this.retry(error);
    }
  }

  private async fetch(): Promise<Call | null> {
    const { call } = this;
    const news = call && (await insist(() => this.backend.call(call.id)).catch(() => undefined));
    if (news) this.learn(news);
    return news ?? null;
  }

  protected fail(error: LiveError): void {
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
    this.ring.stop();
    this.release();
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

  protected tell(): void {
    const { facts } = this;
    if (this.call) facts.tell('call', { change: 'call', value: this.call });
    facts.tell('can', {
      change: 'can',
      value: capabilitiesOf(this.state, this.call, this.maySend, this.asked !== null, this.owner.user),
    });
    facts.tell('last_error', { change: 'last_error', value: this.lastError });
    facts.tell('state', { change: 'state', value: this.state });
    this.tellRoom();
  }
}
