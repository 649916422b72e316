import type { LiveSession } from '../../generated/bridge';
import { capabilities, endReason, keptOut, lockOf } from '../entry';
import { liveError } from '../errors';
import { grantsOf } from '../link';
import { supersedes } from '../stage';

const everything = { audio: true, video: true };
const nothing = { audio: false, video: false };

describe('whoever is kept out', () => {
  it('is shown the lock that can be opened', () => {
    expect(lockOf(liveError('payment_required', '', { price_coins: 30 }))).toEqual({
      lock: 'purchase',
      price_coins: 30,
    });
    expect(lockOf(liveError('subscription_required', ''))).toEqual({ lock: 'subscribe' });
    expect(lockOf(liveError('session_full', ''))).toEqual({ lock: 'full' });
    expect(lockOf(liveError('not_found', ''))).toBeNull();
  });

  it('is told that it is over, or why it failed', () => {
    expect(keptOut(liveError('session_ended', ''))).toEqual({ state: 'ended', reason: 'other' });
    const error = liveError('not_found', 'no such session');
    expect(keptOut(error)).toEqual({ state: 'failed', error });
  });
});

describe('what may be done', () => {
  it('is what state, role and grants allow together', () => {
    const host = capabilities({ state: 'backstage' }, 'host', everything, null);
    expect(host).toMatchObject({ go_live: true, end: true, camera: true, give: false, chat: false });
    const viewer = capabilities({ state: 'live' }, 'viewer', nothing, null);
    expect(viewer).toMatchObject({ chat: true, give: true, microphone: false, moderate: false, end: false });
    expect(Object.values(capabilities({ state: 'ended', reason: 'left' }, 'host', everything, null))).not.toContain(
      true,
    );
  });

  it('includes ending it for a co-host who stands in, and for no other', () => {
    const session = { acting_host_id: null } as LiveSession;
    const can = (acting_host_id: string | null) =>
      capabilities({ state: 'live' }, 'co_host', everything, { ...session, acting_host_id }).end;
    expect([can(null), can('somebody')]).toEqual([false, true]);
  });
});

it('why a session ended is said in the words of an app', () => {
  expect(endReason({ end_reason: 'failed' } as LiveSession)).toBe('room_failed');
  expect(endReason({ end_reason: 'host_away' } as LiveSession)).toBe('host_away');
  expect(endReason(undefined)).toBe('other');
});

describe("LiveKit's permission", () => {
  it('allows every source where it names none', () => {
    expect(grantsOf({ canPublish: true, canPublishSources: [] })).toEqual(everything);
  });

  it('allows what it names, and nothing where nothing may be published', () => {
    expect(grantsOf({ canPublish: true, canPublishSources: [2] })).toEqual({ audio: true, video: false });
    expect(grantsOf({ canPublish: false, canPublishSources: [1, 2] })).toEqual(nothing);
    expect(grantsOf(undefined)).toEqual(nothing);
  });
});

it('a decision on a raised hand is final, and a later hand counts more', () => {
  const hand = { id: 'a', status: 'pending', created_at: '2026-01-01T00:00:00Z' } as Parameters<typeof supersedes>[0];
  expect(supersedes({ ...hand, status: 'accepted' }, hand)).toBe(true);
  expect(supersedes(hand, { ...hand, status: 'accepted' })).toBe(false);
  expect(supersedes({ ...hand, id: 'b', created_at: '2026-01-01T00:00:01Z' }, { ...hand, status: 'declined' })).toBe(
    true,
  );
  expect(supersedes({ ...hand, id: 'b', created_at: '2025-12-31T00:00:00Z' }, hand)).toBe(false);
});
