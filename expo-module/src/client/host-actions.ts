import type { SessionRef } from '../generated/bridge';
import type { SessionHost } from '../types';
import { expectReply, type Command, type Reply } from './commands';

/** Asks for something in one session. */
export type Ask = (command: (session: SessionRef) => Command, signal?: AbortSignal) => Promise<Reply>;

/** What who leads a session does; each asks the server, which has the last word. */
export function hostActions(ask: Ask): SessionHost {
  const done = async (command: (session: SessionRef) => Command, signal?: AbortSignal) => {
    await ask(command, signal);
  };
  return {
    goLive: ({ signal } = {}) => done((session) => ({ command: 'go_live', session }), signal),
    end: ({ signal } = {}) => done((session) => ({ command: 'end_session', session }), signal),
    invite: (user_id, role = 'speaker', { signal } = {}) =>
      done((session) => ({ command: 'invite', session, user_id, role }), signal),
    setRole: (user_id, role, { signal } = {}) =>
      done(
        (session) =>
          role === 'co_host' || role === 'speaker'
            ? { command: 'promote', session, user_id, role }
            : { command: 'demote', session, user_id },
        signal,
      ),
    dismissHand: (user_id, { signal } = {}) =>
      done((session) => ({ command: 'dismiss_hand', session, user_id }), signal),
    mute: (user_id, { reason, signal } = {}) =>
      done((session) => ({ command: 'mute', session, user_id, reason: reason ?? null }), signal),
    unmute: (user_id, { signal } = {}) => done((session) => ({ command: 'unmute', session, user_id }), signal),
    kick: (user_id, { reason, signal } = {}) =>
      done((session) => ({ command: 'kick', session, user_id, reason: reason ?? null }), signal),
    ban: (user_id, { reason, scope = 'session', expiresInSeconds, signal } = {}) => {
      const terms = { scope, expires_in_seconds: expiresInSeconds ?? null, reason: reason ?? null };
      return done((session) => ({ command: 'ban', session, user_id, ...terms }), signal);
    },
    unban: (user_id, { scope = 'session', signal } = {}) =>
      done((session) => ({ command: 'unban', session, user_id, scope }), signal),
    startRecording: async ({ signal } = {}) =>
      expectReply(await ask((session) => ({ command: 'start_recording', session }), signal), 'recording').recording,
    stopRecording: async ({ signal } = {}) =>
      expectReply(await ask((session) => ({ command: 'stop_recording', session }), signal), 'recording').recording,
  };
}
