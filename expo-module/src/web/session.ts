import type { Grants, LiveError, LiveSession, Role, RoomChange, SessionId, SessionState } from '../generated/bridge';
import { grants as grantTable, limits } from '../generated/rules';
import type { Backend, SessionAdmission } from './backend';
import { Chat } from './chat';
import { capabilities, endReason, isTerminal, keptOut, lockOf, mayEnd } from './entry';
import { Refused, asLiveError, liveError, refused } from './errors';
import type { LoadLiveKit, Over } from './link';
import { isGranted, type Gate, type Source } from './publisher';
import type { Realtime } from './realtime';
import { Room, type Owner, type Say } from './room';
import { StageDesk } from './stage';
import { Deferred, fullJitter, insist, pause } from './time';
import type { SessionChange } from './types';
import { Way } from './way';

/** How long a leave waits for the backend, in milliseconds; nobody watches a screen that hangs. */
const LEAVE_PATIENCE = 3_000;

const statusOrder = { preparing: 0, live: 1, ended: 2 };

/** A broadcast or an audio room, as one user sees it: it moves on the server's word, never on its own wish. */
export class WebSession extends Room<SessionChange> {
  private state: SessionState = { state: 'idle' };
  private session: LiveSession | null = null;
  private role: Role | null = null;
  private grants: Grants = { audio: false, video: false };
  private chargedCoins = 0;
  private entered: Deferred<void> | null = null;
  private farewell: Promise<unknown> = Promise.resolve();
  private readonly way = new Way('join', (step) =>
    this.say({ change: 'room', value: { room: 'funnel', value: step } }),
  );
  private stopListening: () => void = () => {};
  readonly stage: StageDesk;
  readonly chat: Chat;

  constructor(
    backend: Backend,
    private readonly realtime: Realtime,
    { user }: Owner,
    load: LoadLiveKit,
    say: Say<SessionChange>,
    private readonly onClosed: () => void,
  ) {
    super(backend, load, say);
    this.stage = new StageDesk(backend, realtime, user, () => this.tell());
    this.chat = new Chat(
      backend,
      user,
      () => this.id,
      say,
      () => this.tell(),
    );
    this.tell();
  }

  /** The session's id; throws `conflict` before it was entered, `session_ended` after. */
  get id(): SessionId {
    if (isTerminal(this.state)) throw refused('session_ended', 'the session is over');
    if (this.session === null) throw refused('conflict', "the session wasn't entered yet");
    return this.session.id;
  }

  /** Enters by what `ask` asks the server; resolves in the room. */
  enter(ask: () => Promise<SessionAdmission>): Promise<void> {
    if (this.state.state !== 'idle' && this.state.state !== 'locked') {
      return Promise.reject(refused('conflict', 'the session was entered before'));
    }
    const entered = (this.entered = new Deferred<void>());
    this.go({ state: 'authorizing' });
    this.way.start();
    ask().then(
      (admission) => this.admit(admission),
      (thrown: unknown) => this.keepOut(asLiveError(thrown)),
    );
    return entered.promise;
  }

  /** Puts the session on the air. */
  async goLive(): Promise<void> {
    if (this.state.state !== 'backstage' || this.role !== 'host') {
      if (this.state.state === 'live' && this.role === 'host') return;
      throw this.notNow();
    }
    this.learn(await insist(() => this.backend.startSession(this.id)));
  }

  /** Ends it for everyone. */
  async end(): Promise<void> {
    if (!capabilities(this.state, this.role, this.grants, this.session).end) throw this.notNow();
    const { id } = this;
    this.learn(await insist(() => this.backend.endSession(id)));
    await this.farewell;
  }

  /** Leaves, whatever the state; resolves once the backend knows, after three seconds at most. */
  async leave(): Promise<void> {
    if (!isTerminal(this.state)) {
      const { session, role } = this;
      this.finish({ state: 'ended', reason: 'left' });
      if (session !== null && role !== null) this.withdraw(session.id, role);
    }
    await Promise.race([this.farewell, pause(LEAVE_PATIENCE)]);
  }

  /** Says again what stands. */
  override again(): void {
    super.again();
    this.chat.tell(true);
  }

  lost(): void {
    if (this.state.state !== 'live' && this.state.state !== 'backstage') return;
    this.attempt = 0;
    this.startBudget();
    this.tryIn(limits.resumePatience + fullJitter(2));
    this.go({ state: 'reconnecting', attempt: 0 });
  }

  over(why: Over): void {
    this.publisher.loseConnection();
    if (why === 'lost') this.retry(liveError('media_unavailable', 'disconnected'));
    else this.finish({ state: 'ended', reason: why });
  }

  granted(grants: Grants): void {
    this.publisher.limit(grants);
    this.grants = grants;
    this.follow();
  }

  become(role: Role): void {
    this.role = role;
    this.stage.become(role);
    this.follow();
  }

  subscribed(kind: 'audio' | 'video'): void {
    const isVideo = this.session?.session_type === 'video_live';
    if (this.role === 'host' || (kind === 'video') !== isVideo) return;
    // LiveKit's client may hand a track over before it says that it is connected.
    this.way.reach('connect');
    this.way.reach('subscribe');
  }

  protected get isOver(): boolean {
    return isTerminal(this.state);
  }

  protected get isConnecting(): boolean {
    return this.state.state === 'connecting' || this.isReconnecting;
  }

  protected get isReconnecting(): boolean {
    return this.state.state === 'reconnecting';
  }

  protected get gate(): Gate {
    return this.state.state === 'live' ? 'open' : this.isReconnecting ? 'keep' : 'shut';
  }

  protected get maySend(): Grants {
    return this.grants;
  }

  protected get encoding() {
    return { type: this.session?.session_type ?? 'video_live', role: this.role ?? 'viewer' };
  }

  protected wrap(change: RoomChange): SessionChange {
    return { change: 'room', value: change };
  }

  /** Inside, only what is granted can be wished. */
  protected refusalOf(source: Source): LiveError | null {
    if (this.role === null || isGranted(this.grants, source)) return null;
    return liveError('role_not_allowed', "the role doesn't publish this");
  }

  protected fail(error: LiveError): void {
    this.finish({ state: 'failed', error }, error);
  }

  private admit(admission: SessionAdmission): void {
    // A leave overtook the answer: give the place back.
    if (isTerminal(this.state)) return this.withdraw(admission.session.id, admission.role);
    const { session, role } = admission;
    this.session = session;
    this.role = role;
    this.grants = grantTable[session.session_type][role];
    this.publisher.limit(this.grants);
    this.chargedCoins = admission.charged_coins ?? 0;
    this.startBudget();
    this.stage.enter(session.id);
    this.stage.become(role);
    this.listen(session.id);
    this.way.reach('authorize');
    this.go({ state: 'connecting' });
    void this.connect(admission.livekit);
  }

  private listen(id: SessionId): void {
    this.stopListening();
    this.stopListening = this.realtime.listen(`session:${id}`, {
      news: (news) => {
        if (news.event === 'session_changed') this.learn(news.session);
        else this.chat.hear(news);
      },
      missed: () => {
        void insist(() => this.backend.session(id)).then(
          (session) => session && this.learn(session),
          () => {},
        );
        void this.chat.catchUp();
      },
    });
  }

  private keepOut(error: LiveError): void {
    if (isTerminal(this.state)) return;
    this.way.fail(error.code);
    const next = keptOut(error);
    if (isTerminal(next)) this.finish(next, error);
    else {
      this.go(next);
      this.entered?.reject(new Refused(error));
    }
  }

  protected arrive(): void {
    this.attempt = 0;
    this.timers.stopAll();
    this.way.reach('connect');
    this.go({ state: this.session?.status === 'preparing' ? 'backstage' : 'live' });
    this.entered?.resolve();
  }

  /** Status only ever moves on, whatever order news arrive in. */
  private learn(news: LiveSession): void {
    if (isTerminal(this.state) || news.id !== this.session?.id) return;
    if (statusOrder[news.status] < statusOrder[this.session.status]) return;
    this.session = news;
    if (news.status === 'ended') this.finish({ state: 'ended', reason: endReason(news) });
    else if (news.status === 'live' && this.state.state === 'backstage') this.go({ state: 'live' });
    else this.follow();
  }

  protected retry(error: LiveError): void {
    if (isTerminal(this.state)) return;
    if (!error.retryable) return this.fail(error);
    if (this.state.state === 'live' || this.state.state === 'backstage') {
      this.attempt = 0;
      this.startBudget();
    }
    const wait = error.retry_after_ms ?? fullJitter(this.attempt);
    this.attempt += 1;
    this.tryIn(wait);
    this.go(this.state.state === 'connecting' ? this.state : { state: 'reconnecting', attempt: this.attempt });
  }

  /** A fresh token, and the room by it. */
  protected async tryAgain(): Promise<void> {
    const { id } = this;
    try {
      const access = await this.backend.sessionToken(id);
      if (!this.isConnecting) return;
      this.role = access.role;
      this.grants = grantTable[this.session?.session_type ?? 'video_live'][access.role];
      this.publisher.loseConnection();
      await this.connect(access.livekit);
    } catch (thrown) {
      await this.tokenRefused(id, asLiveError(thrown));
    }
  }

  private async tokenRefused(id: SessionId, error: LiveError): Promise<void> {
    if (isTerminal(this.state)) return;
    if (error.code === 'session_ended') {
      const session = await insist(() => this.backend.session(id)).catch(() => undefined);
      this.finish({ state: 'ended', reason: endReason(session) });
    } else if (error.code === 'banned') {
      this.finish({ state: 'ended', reason: 'removed' });
    } else if (lockOf(error)) {
      this.release();
      this.role = null;
      this.grants = { audio: false, video: false };
      this.keepOut(error);
    } else {
      this.retry(error);
    }
  }

  /** Over: nothing follows but what the backend has to be told. */
  private finish(state: SessionState, error = liveError('session_ended', 'the session is over')): void {
    if (isTerminal(this.state)) return;
    this.state = state;
    this.release();
    this.stopListening();
    this.stage.close();
    this.chat.close();
    this.way.fail(error.code);
    this.tell();
    this.entered?.reject(new Refused(error));
    // After what a leave still has to tell.
    queueMicrotask(() => void this.farewell.finally(() => this.onClosed()));
  }

  /** A host who leaves ends the session for everyone. */
  private withdraw(id: SessionId, role: Role): void {
    const told = insist(async () => {
      if (role === 'host') await this.backend.endSession(id);
      else await this.backend.leaveSession(id);
    });
    this.farewell = told.catch(() => {});
  }

  private notNow() {
    if (this.role === null || this.role === 'host' || mayEnd(this.role, this.session)) {
      return refused('conflict', 'not in this state');
    }
    return refused('role_not_allowed', 'only the host may do this');
  }

  private go(state: SessionState): void {
    this.state = state;
    this.follow();
  }

  /** What is known of a session comes before where it stands, so that a screen that draws a state has what it needs. */
  protected tell(): void {
    const { facts, session } = this;
    if (session !== null) {
      if (facts.note('session', { ...session, viewer_count: 0 })) {
        facts.note('viewer_count', session.viewer_count);
        this.say({ change: 'session', value: session });
      } else {
        facts.tell('viewer_count', { change: 'viewer_count', value: session.viewer_count });
      }
    }
    facts.tell('role', { change: 'role', value: this.role });
    facts.tell('grants', { change: 'grants', value: this.grants });
    facts.tell('charged_coins', { change: 'charged_coins', value: this.chargedCoins });
    facts.tell('can', { change: 'can', value: capabilities(this.state, this.role, this.grants, session) });
    facts.tell('stage', { change: 'stage', value: this.stage.view });
    facts.tell('stage_requests', { change: 'stage_requests', value: this.stage.requests });
    facts.tell('recording', { change: 'recording', value: this.chat.recording });
    facts.tell('state', { change: 'state', value: this.state });
    this.tellRoom();
  }
}
