import type { DoNotDisturb, UserId } from '../generated/bridge';
import { FakeCall } from './call';
import { Outbox, type Update } from './outbox';
import { refuse } from './refusal';
import type { FakeSession } from './session';

/** Everything that there is: people, their coins, sessions and calls. */
export class World {
  readonly outbox = new Outbox();
  readonly sessions: FakeSession[] = [];
  readonly calls: FakeCall[] = [];
  readonly subscriptions = new Set<UserId>();
  readonly blocked = new Set<UserId>();
  readonly blockedBy = new Set<UserId>();
  readonly busy = new Set<UserId>();
  doNotDisturb: DoNotDisturb = { state: 'off' };
  isCreator = true;
  isOffline = false;
  #last = 0;

  constructor(
    public me: UserId,
    public coins: number,
  ) {}

  newNumber(): number {
    this.#last += 1;
    return this.#last;
  }

  /** An id that says what it is of. */
  newId(of: string): string {
    return `${of}-${this.newNumber()}`;
  }

  now(later = 0): string {
    return new Date(Date.now() + later).toISOString();
  }

  push(update: Update): void {
    this.outbox.push(update);
  }

  flush(): void {
    this.outbox.flush();
  }

  isSubscribed(creator: UserId): boolean {
    return this.subscriptions.has(creator);
  }

  isBlockedBetween(one: UserId, other: UserId): boolean {
    const who = one === this.me ? other : one;
    return this.blocked.has(who) || this.blockedBy.has(who);
  }

  session(id: string): FakeSession {
    const session = this.sessions.find((session) => session.id === id);
    return session ?? refuse('not_found', 'There is no such session.');
  }

  /** A call of this user. */
  dial(callee: UserId, isVideo: boolean): FakeCall {
    const call = new FakeCall(this, this.me, callee, isVideo ? 'video_call' : 'audio_call');
    this.calls.push(call);
    return call;
  }

  ring(caller: UserId, isVideo: boolean): FakeCall {
    const call = new FakeCall(this, caller, this.me, isVideo ? 'video_call' : 'audio_call');
    this.calls.push(call);
    return call;
  }

  /** Whether a call may be made, as the backend decides. */
  checkCall(callee: UserId): void {
    if (this.isBlockedBetween(this.me, callee)) refuse('blocked', 'One of both blocked the other.');
    const isTalking = (call: FakeCall) => !call.isOver && call.state !== 'dialing';
    if (this.busy.has(callee) || this.calls.some(isTalking)) refuse('busy', 'One of both is in a call.');
  }
}
