import type { RemoteParticipant, Participant } from 'livekit-client';

import type { ConnectionQuality, MemberState, RoomChange, Role, TrackSource, UserId } from '../generated/bridge';
import { leads } from '../generated/rules';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const sources: readonly string[] = [
  'camera',
  'microphone',
  'screen_share',
  'screen_share_audio',
] satisfies TrackSource[];
const qualities: readonly string[] = ['lost', 'poor', 'good', 'excellent'] satisfies ConnectionQuality[];

/** The person behind a participant; none behind recorders, agents and others that aren't people. */
export function userOf({ identity }: Pick<Participant, 'identity'>): UserId | null {
  return UUID.test(identity) ? identity : null;
}

/** The role among a participant's attributes. */
export function roleOf({ attributes }: Pick<Participant, 'attributes'>): Role | null {
  const { role } = attributes;
  return role !== undefined && Object.hasOwn(leads, role) ? (role as Role) : null;
}

/** Everybody else in a room. What changed since it was told last comes together, in a microtask. */
export class Members {
  private readonly told = new Map<UserId, string>();
  private readonly members = new Map<UserId, MemberState>();
  private readonly dirty = new Map<UserId, RemoteParticipant | null>();
  private speaking = new Set<UserId>();
  private readonly qualities = new Map<UserId, ConnectionQuality>();
  private isScheduled = false;

  constructor(private readonly say: (change: RoomChange, again: boolean) => void) {}

  /** Somebody came, or changed. */
  changed(participant: RemoteParticipant): void {
    const user = userOf(participant);
    if (user !== null) this.touch(user, participant);
  }

  /** Somebody went. */
  left(participant: RemoteParticipant): void {
    const user = userOf(participant);
    if (user !== null) this.touch(user, null);
  }

  /** Nobody is there any more: the connection is gone. */
  clear(): void {
    for (const user of new Set([...this.members.keys(), ...this.dirty.keys()])) this.touch(user, null);
  }

  /** Who speaks now; only who fell silent or began is told. */
  speakers(participants: readonly Participant[], local: UserId | null): void {
    const now = new Set(participants.map(userOf).filter((user) => user !== null && user !== local) as UserId[]);
    const before = this.speaking;
    this.speaking = now;
    for (const user of before) if (!now.has(user)) this.saySpeaking(user, false);
    for (const user of now) if (!before.has(user)) this.saySpeaking(user, true);
  }

  /** LiveKit's judgement of somebody's connection. */
  quality(user: UserId, quality: string): void {
    if (!qualities.includes(quality) || this.qualities.get(user) === quality) return;
    this.qualities.set(user, quality as ConnectionQuality);
    this.say({ room: 'quality', value: { user, quality: quality as ConnectionQuality } }, false);
  }

  /** Says everybody again. */
  again(): void {
    this.flush();
    if (this.members.size > 0) {
      this.say({ room: 'members', value: { changed: [...this.members.values()], left: [] } }, true);
    }
    for (const user of this.speaking) this.say({ room: 'speaking', value: { user, speaking: true } }, true);
    for (const [user, quality] of this.qualities) this.say({ room: 'quality', value: { user, quality } }, true);
  }

  private saySpeaking(user: UserId, speaking: boolean): void {
    this.say({ room: 'speaking', value: { user, speaking } }, false);
  }

  private touch(user: UserId, participant: RemoteParticipant | null): void {
    this.dirty.set(user, participant);
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => this.flush());
  }

  private flush(): void {
    this.isScheduled = false;
    const changed: MemberState[] = [];
    const left: UserId[] = [];
    for (const [user, participant] of this.dirty) {
      if (participant === null) {
        if (this.members.delete(user)) left.push(user);
        this.told.delete(user);
        this.qualities.delete(user);
        this.speaking.delete(user);
        continue;
      }
      const state = stateOf(user, participant);
      const text = JSON.stringify(state);
      this.members.set(user, state);
      if (this.told.get(user) !== text) changed.push(state);
      this.told.set(user, text);
    }
    this.dirty.clear();
    if (changed.length > 0 || left.length > 0) this.say({ room: 'members', value: { changed, left } }, false);
  }
}

function stateOf(user: UserId, participant: RemoteParticipant): MemberState {
  const tracks = [...participant.trackPublications.values()].map((publication) => ({
    id: publication.trackSid,
    kind: publication.kind === 'video' ? ('video' as const) : ('audio' as const),
    source: sourceOf(publication.source, publication.kind),
    muted: publication.isMuted,
    subscribed: publication.track !== undefined,
  }));
  return { user, role: roleOf(participant), tracks };
}

/** Where a track comes from; by its kind where its publisher didn't say. */
function sourceOf(source: string, kind: string): TrackSource {
  if (sources.includes(source)) return source as TrackSource;
  return kind === 'video' ? 'camera' : 'microphone';
}
