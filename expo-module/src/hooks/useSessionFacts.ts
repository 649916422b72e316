import { useMemo } from 'react';

import { askIn } from '../client/chat';
import { expectReply, type Command } from '../client/commands';
import { followed, followedOr } from '../client/followed';
import { hostActions, type Ask } from '../client/host-actions';
import type { Recording, SessionRef, UserId } from '../generated/bridge';
import type { Abortable, SessionHost } from '../types';
import type { UserReport } from '../client/client';
import { useClient, useSessionRoom } from './context';
import { useReadable } from './useReadable';

/** How many watch or listen. */
export function useViewerCount(): number {
  const room = useSessionRoom('useViewerCount');
  return useReadable(useMemo(() => followedOr(room, 0, (room) => room?.viewerCount), [room]));
}

/** What {@link useRecording} returns. */
export interface RecordingView {
  /** The latest one of the session; `null` while there was none. */
  recording: Recording | null;
  isRecording: boolean;
  canRecord: boolean;
  start(options?: Abortable): Promise<Recording>;
  stop(options?: Abortable): Promise<Recording>;
}

/** The recording of the session. */
export function useRecording(): RecordingView {
  const client = useClient('useRecording');
  const room = useSessionRoom('useRecording');
  const source = useMemo(() => {
    const ask = async (command: (session: SessionRef) => Command, signal?: AbortSignal) =>
      expectReply(await askIn(client, room, command, signal), 'recording').recording;
    return {
      recording: followed(room, (room) => room?.recording),
      canRecord: followedOr(room, false, (room) => room?.canRecord),
      start: ({ signal }: Abortable = {}) => ask((session) => ({ command: 'start_recording', session }), signal),
      stop: ({ signal }: Abortable = {}) => ask((session) => ({ command: 'stop_recording', session }), signal),
    };
  }, [client, room]);
  const recording = useReadable(source.recording);
  const isRecording = recording?.status === 'starting' || recording?.status === 'active';
  return { recording, isRecording, canRecord: useReadable(source.canRecord), start: source.start, stop: source.stop };
}

/** What {@link useModeration} returns. */
export interface ModerationView extends Pick<SessionHost, 'mute' | 'unmute' | 'kick' | 'ban' | 'unban'> {
  /** Whether this user may mute, kick and ban here. */
  canModerate: boolean;
  /** Seconds between two messages of one person; 0 is no limit. */
  slowMode(options?: Abortable): Promise<number>;
  setSlowMode(seconds: number, options?: Abortable): Promise<void>;
  /** For everybody: tells the moderators of somebody. */
  report(report: UserReport): Promise<void>;
  /** For everybody: no calls and no sessions of that person any more. */
  block(user: UserId, options?: Abortable): Promise<void>;
  unblock(user: UserId, options?: Abortable): Promise<void>;
}

/** Keeping order in the session, and keeping oneself out of trouble. */
export function useModeration(): ModerationView {
  const client = useClient('useModeration');
  const room = useSessionRoom('useModeration');
  const [canModerate, actions] = useMemo(() => {
    const ask: Ask = (command, signal) => askIn(client, room, command, signal);
    const { mute, unmute, kick, ban, unban } = hostActions(ask);
    const slow = {
      slowMode: async ({ signal }: Abortable = {}) =>
        expectReply(await ask((session) => ({ command: 'slow_mode', session }), signal), 'slow_mode').seconds,
      setSlowMode: async (seconds: number, { signal }: Abortable = {}) => {
        await ask((session) => ({ command: 'set_slow_mode', session, seconds }), signal);
      },
    };
    const own: Pick<ModerationView, 'report' | 'block' | 'unblock'> = {
      report: (report) => client.report(report),
      block: (user, options) => client.block(user, options),
      unblock: (user, options) => client.unblock(user, options),
    };
    const can = followedOr(room, false, (room) => room?.canModerate);
    return [can, { mute, unmute, kick, ban, unban, ...slow, ...own }] as const;
  }, [client, room]);
  return { canModerate: useReadable(canModerate), ...actions };
}
