import type {
  ConnectionQuality,
  Envelope,
  Grants,
  LocalMedia,
  MemberState,
  Role,
  RoomChange,
  RoomRef,
  Toggle,
  TrackReport,
  UserId,
  Viewing,
} from '../generated/bridge';
import { Fact, Facts } from './fact';

const off: Toggle = { enabled: false, pending: false, last_error: null };
const nobody: ReadonlyMap<UserId, MemberState> = new Map();

/** Flushed events that wait for somebody to hear them. */
const KEPT_EVENTS = 256;

/** Whose role puts a person on the stage. */
export function isOnStage(role: Role | null): boolean {
  switch (role) {
    case 'host':
    case 'co_host':
    case 'speaker':
      return true;
    case 'viewer':
    case 'listener':
    case null:
      return false;
  }
}

/** What is known of a room, be it a session's or a call's. */
export class RoomFacts {
  readonly local = new Fact<LocalMedia>({
    microphone: off,
    camera: off,
    screen_share: off,
    flip: { facing: 'user', pending: false, last_error: null },
  });
  readonly publishing = new Fact<Grants>({ audio: false, video: false });
  readonly viewing = new Fact<Viewing>({ mode: 'video' });
  /** Everybody else. */
  readonly members = new Fact(nobody);
  /** Those of them who are on the stage; not touched by who comes and goes in the audience. */
  readonly performers = new Fact<readonly MemberState[]>([]);
  readonly member = new Facts<UserId, MemberState | null>(null);
  readonly speaking = new Facts<UserId, boolean>(false);
  readonly quality = new Facts<UserId, ConnectionQuality | null>(null);
  readonly stats = new Fact<readonly TrackReport[]>([]);

  apply(change: RoomChange): void {
    switch (change.room) {
      case 'local':
        return this.local.set(change.value);
      case 'publishing':
        return this.publishing.set(change.value);
      case 'viewing':
        return this.viewing.set(change.value);
      case 'members':
        return this.#applyMembers(change.value.changed, change.value.left);
      case 'speaking':
        return this.speaking.of(change.value.user).set(change.value.speaking);
      case 'quality':
        return this.quality.of(change.value.user).set(change.value.quality);
      case 'stats':
        return this.stats.set(change.value);
      // A step on the way in is an event; nothing stands for it.
      case 'funnel':
        return undefined;
    }
  }

  /** Forgets what is told piece by piece, because all pieces are told again. */
  startOver(): void {
    this.members.set(nobody);
    this.performers.set([]);
    this.member.clear();
    this.speaking.clear();
    this.quality.clear();
  }

  #applyMembers(changed: readonly MemberState[], left: readonly UserId[]): void {
    const members = new Map(this.members.get());
    for (const member of changed) {
      members.set(member.user, member);
      this.member.of(member.user).set(member);
    }
    for (const user of left) {
      members.delete(user);
      this.member.of(user).set(null);
      this.speaking.of(user).set(false);
      this.quality.of(user).set(null);
    }
    const before = this.performers.get();
    const concerns = (user: UserId) => before.some((one) => one.user === user);
    const isStageTouched =
      changed.some((member) => isOnStage(member.role) || concerns(member.user)) || left.some(concerns);
    this.members.set(members);
    if (isStageTouched) this.performers.set([...members.values()].filter((member) => isOnStage(member.role)));
  }
}

/** What sessions and calls have in common: facts, and events in their order. */
export abstract class Room<E extends Envelope> {
  readonly facts = new RoomFacts();
  /** Nothing more is told of it. */
  readonly isClosed = new Fact(false);
  readonly #listeners = new Set<(event: E) => void>();
  #unheard: E[] = [];
  #isStale = false;

  constructor(readonly ref: RoomRef) {}

  /** Whether it has come to its end. */
  abstract readonly isOver: boolean;

  protected abstract applyChange(event: E): void;

  /** Takes what is new, also a second time. */
  apply(event: E): void {
    if (this.#isStale) {
      this.#isStale = false;
      this.startOver();
    }
    this.applyChange(event);
    if (this.#listeners.size > 0) for (const listener of [...this.#listeners]) listener(event);
    else if (event.flushed && this.#unheard.length < KEPT_EVENTS) this.#unheard.push(event);
  }

  /** Calls `listener` with each change, in order; the first one hears what came to be before JavaScript was there, too. */
  listen(listener: (event: E) => void): () => void {
    this.#listeners.add(listener);
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const event of unheard) listener(event);
    return () => this.#listeners.delete(listener);
  }

  /** Everything that stands is told again from the next change on; until then, what was known is shown. */
  expectAgain(): void {
    this.#isStale = true;
  }

  protected startOver(): void {
    this.facts.startOver();
  }
}
