import type {
  ConnectionQuality,
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
import type { CallEvent, SessionEvent } from '../types';
import { Events } from './events';
import { Fact, Facts } from './fact';

const off: Toggle = { enabled: false, pending: false, last_error: null };
const nobody: ReadonlyMap<UserId, MemberState> = new Map();

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

  /** While everybody is told again: who is there follows right on `viewing`, unless nobody is. */
  #again: 'no' | 'expected' | 'next' = 'no';

  apply(change: RoomChange): void {
    if (this.#again === 'next' && change.room !== 'members') this.#replaceMembers([]);
    switch (change.room) {
      case 'local':
        return this.local.set(change.value);
      case 'publishing':
        return this.publishing.set(change.value);
      case 'viewing':
        if (this.#again === 'expected') this.#again = 'next';
        return this.viewing.set(change.value);
      case 'members':
        if (this.#again !== 'no') return this.#replaceMembers(change.value.changed);
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

  /** What is told piece by piece is told whole once more. */
  startOver(): void {
    this.#again = 'expected';
  }

  /** Everything that follows `viewing` in what is told again has been told. */
  endOver(): void {
    if (this.#again === 'next') this.#replaceMembers([]);
  }

  #replaceMembers(all: readonly MemberState[]): void {
    this.#again = 'no';
    const users = new Set(all.map(({ user }) => user));
    const gone = [...this.members.get().keys()].filter((user) => !users.has(user));
    // Who speaks and how well all are connected follows, too.
    this.speaking.clear();
    this.quality.clear();
    this.#applyMembers(all, gone);
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
export abstract class Room<E extends SessionEvent | CallEvent> {
  readonly facts = new RoomFacts();
  /** Nothing more is told of it. */
  readonly isClosed = new Fact(false);
  readonly events = new Events<E>();
  #isStale = false;

  constructor(readonly ref: RoomRef) {}

  /** Whether it has come to its end. */
  abstract readonly isOver: boolean;

  /** The core knows nothing of it any more, and its end was never told. */
  abstract lose(): void;

  protected abstract applyChange(event: E): void;

  /** Takes what is new, also a second time. */
  apply(event: E): void {
    if (this.#isStale) {
      this.#isStale = false;
      this.startOver();
    } else if (event.change !== 'room') {
      this.facts.endOver();
    }
    this.applyChange(event);
    this.events.emit(event);
  }

  /** Everything that stands is told again from the next change on; until then, what was known is shown. */
  expectAgain(): void {
    this.#isStale = true;
  }

  protected startOver(): void {
    this.facts.startOver();
  }
}
