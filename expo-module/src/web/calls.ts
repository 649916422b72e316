import type { Call, CallId, CallRef, CallType, UserId } from '../generated/bridge';
import type { Backend } from './backend';
import { WebCall } from './call';
import { refused } from './errors';
import type { LoadLiveKit } from './link';
import type { Realtime } from './realtime';
import type { Owner } from './room';
import { insist } from './time';
import type { CallChange } from './types';

/** How many calls are remembered, so that a message that comes late doesn't ring again. */
const REMEMBERED = 32;

/** All calls of one user on this device: which a message belongs to, and whether it rings here at all. */
export class Calls {
  private readonly byRef = new Map<CallRef, WebCall>();
  private readonly byId = new Map<CallId, WebCall>();
  private readonly recent = new Set<CallId>();
  private readonly stopListening: () => void;

  constructor(
    private readonly backend: Backend,
    realtime: Realtime,
    private readonly owner: Owner,
    private readonly load: LoadLiveKit,
    private readonly newRef: () => CallRef,
    private readonly say: (call: CallRef, change: CallChange, again?: boolean) => void,
  ) {
    this.stopListening = realtime.listen(`user:${owner.user}`, {
      news: (news) => {
        if (news.event === 'call_changed') this.route(news.call);
      },
      missed: () => void this.catchUp(),
    });
  }

  /** The call of that number; throws `not_found`. */
  get(ref: CallRef): WebCall {
    const call = this.byRef.get(ref);
    if (!call) throw refused('not_found', 'no call of that number', { field: 'call' });
    return call;
  }

  get all(): readonly WebCall[] {
    return [...this.byRef.values()];
  }

  /** Calls somebody. `rings` resolves once it rings there. */
  start(callee: UserId, type: CallType): { ref: CallRef; call: WebCall; rings: Promise<void> } {
    const { ref, call } = this.open();
    return { ref, call, rings: call.dial(callee, type) };
  }

  /** What may have been missed: the call that is on, and what became of those that were. */
  async catchUp(): Promise<void> {
    const known = [...this.byId.keys()];
    const live = await insist(() => this.backend.liveCall()).catch(() => undefined);
    if (live) this.route(live);
    for (const id of known) {
      const call = await insist(() => this.backend.call(id)).catch(() => undefined);
      if (call) this.route(call);
    }
  }

  /** Hangs up every call, and hears of no other; resolves once the backend knows, or couldn't be told. */
  async close(): Promise<void> {
    this.stopListening();
    const calls = this.all;
    for (const call of calls) call.hangUp();
    await Promise.all(calls.map((call) => call.told));
  }

  private route(news: Call): void {
    const isNew = !this.recent.has(news.id);
    this.remember(news.id);
    const call = this.byId.get(news.id);
    if (call) call.learn(news);
    else if (isNew && news.status === 'ringing' && news.callee_id === this.owner.user) {
      const ringing = this.open().call;
      this.byId.set(news.id, ringing);
      ringing.offer(news);
    }
  }

  private open(): { ref: CallRef; call: WebCall } {
    const ref = this.newRef();
    const call: WebCall = new WebCall(
      this.backend,
      this.owner,
      this.load,
      (change, again) => this.say(ref, change, again),
      (known, id) => this.known(known, id),
      () => {
        this.byRef.delete(ref);
        for (const [id, one] of this.byId) if (one === call) this.byId.delete(id);
        this.say(ref, { change: 'closed' });
      },
    );
    this.byRef.set(ref, call);
    return { ref, call };
  }

  /** A dialled call has its number; where the other one's ring was the same call, that gives way. */
  private known(call: WebCall, id: CallId): void {
    const before = this.byId.get(id);
    this.byId.set(id, call);
    this.remember(id);
    if (before && before !== call) before.merged();
  }

  private remember(id: CallId): void {
    this.recent.delete(id);
    this.recent.add(id);
    const [eldest] = this.recent;
    if (this.recent.size > REMEMBERED && eldest !== undefined) this.recent.delete(eldest);
  }
}
