import type {
  LiveError,
  Role,
  SessionId,
  Stage,
  StageCapabilities,
  StageCommand,
  StageRequest,
  StageRequestId,
  UserId,
} from '../generated/bridge';
import { leads, limits, onStageCapabilities, stageCapabilities } from '../generated/rules';
import { newKey, stageActions, type Backend } from './backend';
import { asLiveError, refused } from './errors';
import type { Realtime } from './realtime';
import { Timers, insist } from './time';

/** Where the server has this user. */
type Place =
  | { state: 'audience' | 'hand_raised' | 'removed' }
  | { state: 'invited'; role: Role; expires_at: string }
  | { state: 'on_stage'; role: Role };

const nothing: StageCapabilities = {
  raise_hand: false,
  lower_hand: false,
  answer_invitation: false,
  step_down: false,
  lead: false,
};

/** One user and the stage of a session: the server's word alone, with what was asked laid over it. */
export class StageDesk {
  private place: Place = { state: 'audience' };
  private role: Role | null = null;
  private request: StageRequest | null = null;
  /** Accepted; the role is on its way. */
  private isArriving = false;
  private asked: StageCommand | null = null;
  private asking: Promise<void> = Promise.resolve();
  private lastError: LiveError | null = null;
  private session: SessionId | null = null;
  private readonly board = new Map<UserId, StageRequest>();
  private readonly timers = new Timers<'invitation' | 'arrival'>();
  private stopListening: () => void = () => {};

  constructor(
    private readonly backend: Backend,
    private readonly realtime: Realtime,
    private readonly user: UserId,
    private readonly changed: () => void,
  ) {}

  /** This user and the stage, as a fact: what harms nobody counts as done once it is asked. */
  get view(): Stage {
    const place = this.shown();
    const isAnswering = this.asked === 'accept' || this.asked === 'decline';
    const can =
      this.role === null || this.isArriving || isAnswering
        ? nothing
        : place.state === 'on_stage'
          ? onStageCapabilities[place.role]
          : stageCapabilities[place.state];
    return { ...place, pending: this.asked, can, last_error: this.lastError, request: this.request };
  }

  /** Open raised hands and invitations of others, the eldest first; for those who lead. */
  get requests(): StageRequest[] {
    if (!this.isLeading) return [];
    const open = [...this.board.values()].filter((request) => request.status === 'pending');
    return open.sort((one, other) => Date.parse(one.created_at) - Date.parse(other.created_at));
  }

  /** The session is known: what is heard of its stage counts from here on. */
  enter(session: SessionId): void {
    if (this.session !== null) return;
    this.session = session;
    this.stopListening = this.realtime.listen(`user:${this.user}`, {
      news: (news) => {
        if (news.event === 'stage_changed') this.learn(news.request);
      },
      missed: () => void this.catchUp(),
    });
  }

  /** What this user is, by the server. */
  become(role: Role): void {
    if (this.role === role || this.place.state === 'removed') return;
    const wasLeading = this.isLeading;
    this.role = role;
    if (role === 'host' || role === 'co_host' || role === 'speaker') {
      this.settleDown({ state: 'on_stage', role });
    } else if (this.place.state === 'on_stage') {
      this.settleDown({ state: 'audience' });
      void this.fetchOwn();
    }
    if (this.isLeading && !wasLeading) void this.fetchOpen();
    if (!this.isLeading) this.board.clear();
  }

  /** Asks the server; one question at a time. */
  ask(command: StageCommand): Promise<void> {
    const asking = this.asking.then(() => this.askNow(command));
    this.asking = asking.catch(() => {});
    return asking;
  }

  /** The session is over. */
  close(): void {
    this.stopListening();
    this.settleDown({ state: 'removed' });
    this.board.clear();
    this.asked = null;
  }

  private get isLeading(): boolean {
    return this.role !== null && leads[this.role];
  }

  private shown(): Place {
    const { state } = this.place;
    if (state === 'audience' && this.asked === 'raise') return { state: 'hand_raised' };
    if (state === 'hand_raised' && this.asked === 'lower') return { state: 'audience' };
    if (state === 'invited' && this.asked === 'decline') return { state: 'audience' };
    return this.place;
  }

  private async askNow(command: StageCommand): Promise<void> {
    if (this.isDoneAlready(command)) return;
    const session = this.session;
    if (session === null) throw refused('conflict', "the session wasn't entered yet");
    this.asked = command;
    this.changed();
    const key = newKey();
    try {
      const outcome = await insist(() => this.backend.manageStage(session, stageActions[command], key));
      this.lastError = null;
      if (outcome.request) this.learn(outcome.request);
    } catch (thrown) {
      const error = asLiveError(thrown);
      this.lastError = error;
      // The server knows something that didn't arrive here.
      if (error.code === 'not_found' || error.code === 'conflict') void this.fetchOwn();
      throw thrown;
    } finally {
      this.asked = null;
      this.changed();
    }
  }

  /** Whether the command asks for what is so already; refuses what the place doesn't allow. */
  private isDoneAlready(command: StageCommand): boolean {
    const { state } = this.place;
    if (state === 'removed') throw refused('session_ended', 'the session is over');
    if (this.isArriving) throw refused('conflict', 'accepted already');
    switch (command) {
      case 'raise':
        if (state === 'invited') throw refused('conflict', 'there is an invitation');
        if (state === 'on_stage') throw refused('conflict', 'on the stage already');
        return state === 'hand_raised';
      case 'lower':
        return state !== 'hand_raised';
      case 'accept':
      case 'decline':
        if (state !== 'invited') throw refused('conflict', 'there is no invitation');
        return false;
    }
  }

  private async catchUp(): Promise<void> {
    await Promise.all([this.fetchOwn(), this.isLeading ? this.fetchOpen() : undefined]);
  }

  private async fetchOwn(): Promise<void> {
    const { session } = this;
    if (session === null) return;
    const request = await insist(() => this.backend.lastStageRequest(session, this.user)).catch(() => undefined);
    if (request) this.learn(request);
  }

  private async fetchOpen(): Promise<void> {
    const { session } = this;
    if (session === null) return;
    const before = new Set<StageRequestId>(this.requests.map((request) => request.id));
    const open = await insist(() => this.backend.openStageRequests(session)).catch(() => null);
    if (open === null || !this.isLeading) return;
    // What was open before it was asked, and isn't now, was decided meanwhile.
    for (const id of open.map((request) => request.id)) before.delete(id);
    for (const [user, request] of this.board) {
      if (before.has(request.id)) this.board.set(user, { ...request, status: 'other' });
    }
    for (const request of open) this.learn(request);
    this.changed();
  }

  private learn(request: StageRequest): void {
    if (request.session_id !== this.session || this.place.state === 'removed') return;
    if (request.user_id === this.user) this.learnOwn(request);
    else if (this.isLeading && supersedes(request, this.board.get(request.user_id))) {
      this.board.set(request.user_id, request);
    }
    this.changed();
  }

  private learnOwn(request: StageRequest): void {
    if (!supersedes(request, this.request)) return;
    const wasWaitedFor =
      this.request?.id === request.id && (this.place.state === 'hand_raised' || this.place.state === 'invited');
    this.request = request;
    if (this.place.state === 'on_stage') return;
    if (request.status === 'accepted' && wasWaitedFor) {
      this.isArriving = true;
      this.timers.start('arrival', limits.requestTimeout, () => this.wait({ state: 'audience' }));
    } else if (request.status !== 'pending') {
      this.settleDown({ state: 'audience' });
    } else if (request.kind === 'invite' && request.expires_at !== null) {
      const { role, expires_at } = request;
      this.settleDown({ state: 'invited', role, expires_at });
      const lifetime = Date.parse(expires_at) - Date.parse(request.created_at);
      this.timers.start('invitation', lifetime, () => this.wait({ state: 'audience' }));
    } else {
      this.settleDown({ state: 'hand_raised' });
    }
  }

  /** The server's silence: what is so, the database says. */
  private wait(place: Place): void {
    this.settleDown(place);
    this.changed();
    void this.fetchOwn();
  }

  private settleDown(place: Place): void {
    this.isArriving = false;
    this.timers.stopAll();
    this.place = place;
  }
}

/** Whether news of a person's request counts beside what is known: a later request, or a decision on the known one. */
export function supersedes(news: StageRequest, known: StageRequest | null | undefined): boolean {
  if (!known) return true;
  if (news.id !== known.id) return Date.parse(news.created_at) > Date.parse(known.created_at);
  return known.status === 'pending' && news.status !== 'pending';
}
