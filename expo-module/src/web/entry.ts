import type {
  EndReason,
  Grants,
  LiveError,
  LiveSession,
  Role,
  SessionCapabilities,
  SessionLock,
  SessionState,
} from '../generated/bridge';
import { leads, sessionCapabilities } from '../generated/rules';

/** The lock that an error stands for, where entering again may work once the user did something. */
export function lockOf({ code, details }: LiveError): SessionLock | null {
  switch (code) {
    case 'subscription_required':
      return { lock: 'subscribe' };
    case 'payment_required':
    case 'price_changed':
    case 'insufficient_coins':
      return details.price_coins === undefined ? null : { lock: 'purchase', price_coins: details.price_coins };
    case 'session_full':
      return { lock: 'full' };
    case 'banned':
      return { lock: 'banned' };
    default:
      return null;
  }
}

/** Where somebody stands whom the server didn't let in. */
export function keptOut(error: LiveError): SessionState {
  const lock = lockOf(error);
  if (lock) return { state: 'locked', lock };
  return error.code === 'session_ended' ? { state: 'ended', reason: 'other' } : { state: 'failed', error };
}

/** Whether nothing follows any more. */
export function isTerminal({ state }: SessionState): boolean {
  return state === 'ended' || state === 'failed';
}

/** The host, or a co-host while one of them stands in. */
export function mayEnd(role: Role | null, session: LiveSession | null): boolean {
  return role === 'host' || (role === 'co_host' && session?.acting_host_id != null);
}

/** What this user may do now; the server has the last word. */
export function capabilities(
  { state }: SessionState,
  role: Role | null,
  grants: Grants,
  session: LiveSession | null,
): SessionCapabilities {
  const can = sessionCapabilities[state];
  return {
    ...can,
    go_live: can.go_live && role === 'host',
    end: can.end && mayEnd(role, session),
    microphone: can.microphone && grants.audio,
    camera: can.camera && grants.video,
    screen_share: can.screen_share && grants.video,
    give: can.give && role !== 'host',
    moderate: can.moderate && role !== null && leads[role],
    record: can.record && mayEnd(role, session),
  };
}

/** Why it ended for this user, in the words of the server's record. */
export function endReason(session: LiveSession | undefined): EndReason {
  const reason = session?.end_reason;
  return reason === undefined || reason === null ? 'other' : reason === 'failed' ? 'room_failed' : reason;
}
