import { useMemo } from 'react';

import type { AnyRoom } from '../client/client';
import { participantOf, selfOf } from '../client/people';
import { followed, followedOr } from '../client/followed';
import type { ConnectionQuality, MemberState, UserId } from '../generated/bridge';
import { derived, type Readable } from '../store/fact';
import { isOnStage, type RoomFacts } from '../store/room';
import type { RoomParticipant } from '../types';
import { useClient, useRoom } from './context';
import { useReadable } from './useReadable';

const nobody: ReadonlyMap<UserId, MemberState> = new Map();

/** Options of {@link useParticipants}. */
export interface ParticipantsOptions {
  /** Only who is on the stage: who comes and goes in the audience redraws nothing then. Default: false. */
  onStage?: boolean;
}

/**
 * Who is in the room, this user first.
 *
 * @example
 * ```tsx
 * const speakers = useParticipants({ onStage: true });
 * ```
 */
export function useParticipants({ onStage = false }: ParticipantsOptions = {}): readonly RoomParticipant[] {
  const client = useClient('useParticipants');
  const room = useRoom('useParticipants');
  const participants = useMemo(() => {
    const members = onStage
      ? derived([ofRoom(room, [], (facts) => facts.performers)], (performers) => performers.map(participantOf))
      : derived([ofRoom(room, nobody, (facts) => facts.members)], (all) => [...all.values()].map(participantOf));
    const local = followed(room, (room) => room?.facts.local);
    const role = followed(room, (room) => (room && 'role' in room ? room.role : null));
    const isIn = derived([room], (room) => room !== null && !room.isOver);
    const self = derived([client.connection, isIn, role, local], (connection, isIn, role, local) =>
      connection && isIn && local ? selfOf(connection.userId, role, local) : null,
    );
    const shown = onStage ? derived([self], (self) => (self && isOnStage(self.role) ? self : null)) : self;
    return derived([shown, members], (self, members) => (self ? [self, ...members] : members));
  }, [client, room, onStage]);
  return useReadable(participants);
}

/** Somebody in the room; `null` for who isn't there. Redraws for that person alone. */
export function useParticipant(id: UserId): RoomParticipant | null {
  const room = useRoom('useParticipant');
  const participant = useMemo(
    () => derived([ofRoom(room, null, (facts) => facts.member.of(id))], (member) => member && participantOf(member)),
    [room, id],
  );
  return useReadable(participant);
}

/** Whether that person speaks now. Redraws for that person alone. */
export function useIsSpeaking(id: UserId): boolean {
  const room = useRoom('useIsSpeaking');
  return useReadable(useMemo(() => ofRoom(room, false, (facts) => facts.speaking.of(id)), [room, id]));
}

/** How good that person's connection is; `null` until LiveKit has judged it. */
export function useConnectionQuality(id: UserId): ConnectionQuality | null {
  const room = useRoom('useConnectionQuality');
  return useReadable(useMemo(() => ofRoom(room, null, (facts) => facts.quality.of(id)), [room, id]));
}

function ofRoom<T>(room: Readable<AnyRoom>, otherwise: T, select: (facts: RoomFacts) => Readable<T>): Readable<T> {
  return followedOr(room, otherwise, (room) => room && select(room.facts));
}
