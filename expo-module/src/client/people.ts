import type { LocalMedia, MemberState, Role, UserId } from '../generated/bridge';
import type { RoomParticipant } from '../types';

const known = new WeakMap<MemberState, RoomParticipant>();

/** Somebody else, as a component is given them; the same object for as long as nothing about them changes. */
export function participantOf(member: MemberState): RoomParticipant {
  let participant = known.get(member);
  if (!participant) {
    const { user: id, ...rest } = member;
    const publishes = (source: 'microphone' | 'camera') =>
      member.tracks.some((track) => track.source === source && !track.muted);
    participant = { id, ...rest, isLocal: false, isMuted: !publishes('microphone'), hasCamera: publishes('camera') };
    known.set(member, participant);
  }
  return participant;
}

/** This user. */
export function selfOf(id: UserId, role: Role | null, local: LocalMedia): RoomParticipant {
  return {
    id,
    role,
    tracks: [],
    isLocal: true,
    isMuted: !local.microphone.enabled,
    hasCamera: local.camera.enabled,
  };
}
