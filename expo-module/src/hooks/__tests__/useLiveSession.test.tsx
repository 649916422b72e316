import { act, render, screen } from '@testing-library/react-native';
import { StrictMode } from 'react';
import { Text } from 'react-native';

import { createFakeLive, type FakeLive } from '../../testing';
import type { SessionEvent } from '../../types';
import { LiveProvider } from '../context';
import { drawn, nextTurn, refusal } from './support';
import { useLiveSession, type LiveSessionOptions } from '../useLiveSession';

const watch = (fake: FakeLive, id: string | null, options?: LiveSessionOptions) =>
  drawn(fake, () => {
    const live = useLiveSession(id, options);
    // Read while it is drawn, as a screen does.
    void [live.state, live.error, live.session, live.role, live.stage, live.viewerCount, live.hand, live.invite];
    void [live.microphone, live.camera, live.host, live.stageRequests, live.can('enter')];
    return live;
  });

describe('entering', () => {
  test('a session is idle until it is entered by join', async () => {
    const fake = createFakeLive();
    const evening = fake.session({ title: 'Evening', host: 'ayse' });
    const { result } = await watch(fake, evening.id);
    expect(result.current.state).toBe('idle');
    await act(() => result.current.join());
    expect(result.current.state).toBe('live');
    expect(result.current.session?.title).toBe('Evening');
    expect(result.current.role).toBe('viewer');
    expect(result.current.can('chat')).toBe(true);
    expect(result.current.can('microphone')).toBe(false);
  });

  test('autoJoin enters when the screen appears, and leaves when it goes', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result, unmount } = await watch(fake, evening.id, { autoJoin: true });
    expect(result.current.state).toBe('live');
    unmount();
    await nextTurn();
    expect(fake.sent.at(-1)?.command).toBe('leave_session');
    expect(evening.isEntered).toBe(false);
  });

  test('a screen that React mounts twice enters once, and stays', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const Screen = () => <Text>{useLiveSession(evening.id, { autoJoin: true }).state}</Text>;
    render(
      <StrictMode>
        <LiveProvider client={fake.client}>
          <Screen />
        </LiveProvider>
      </StrictMode>,
    );
    await act(() => fake.ready());
    await nextTurn();
    expect(screen.getByText('live')).toBeTruthy();
    const commands = fake.sent.map(({ command }) => command);
    expect(commands.filter((command) => command === 'join_session')).toHaveLength(1);
    expect(commands).not.toContain('leave_session');
  });

  test('without an id everything is at rest, and entering says what is missing', async () => {
    const fake = createFakeLive();
    const { result } = await watch(fake, null, { autoJoin: true });
    expect(result.current.state).toBe('idle');
    const error = await refusal(result.current.join());
    expect(error.details.field).toBe('session_id');
    expect(error.message).toContain('Give useLiveSession the id');
  });

  test('an unknown id is refused, and says so beside the state', async () => {
    const fake = createFakeLive();
    const { result } = await watch(fake, 'nothing', { autoJoin: true });
    expect(result.current.error?.code).toBe('not_found');
    expect(result.current.error?.fix).toContain('Check the id');
  });

  test('one that is over can be entered again, once it goes on', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result } = await watch(fake, evening.id, { autoJoin: true });
    await act(() => result.current.leave());
    expect([result.current.state, result.current.endReason]).toEqual(['ended', 'left']);
    await act(() => result.current.join());
    expect(result.current.state).toBe('live');
  });

  test('leaving twice, or before entering, is no error', async () => {
    const fake = createFakeLive();
    const { result } = await watch(fake, fake.session().id);
    await act(() => result.current.leave());
    await act(() => result.current.join());
    await act(() => result.current.leave());
    await act(() => result.current.leave());
    expect(result.current.state).toBe('ended');
  });

  test('a join that is given up rejects with the reason, and leaves', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result } = await watch(fake, evening.id);
    fake.holds('join_session');
    const abort = new AbortController();
    let joining: Promise<void> | undefined;
    await act(async () => {
      joining = result.current.join({ signal: abort.signal });
      joining.catch(() => undefined);
    });
    expect(result.current.state).toBe('authorizing');
    await act(async () => abort.abort(new Error('the user went back')));
    await expect(joining).rejects.toThrow('the user went back');
    expect(fake.sent.at(-1)?.command).toBe('cancel');
    expect(result.current.state).toBe('ended');
  });

  test('a signal that was aborted before asks for nothing', async () => {
    const fake = createFakeLive();
    const { result } = await watch(fake, fake.session().id);
    const abort = new AbortController();
    abort.abort();
    await expect(result.current.join({ signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(fake.sent.map(({ command }) => command)).not.toContain('join_session');
  });
});

describe('a locked door', () => {
  test('says its price, and opens for exactly that price', async () => {
    const fake = createFakeLive({ coins: 60 });
    const concert = fake.session({ access: 'pay_per_view', priceCoins: 50 });
    const { result } = await watch(fake, concert.id, { autoJoin: true });
    expect(result.current.lock).toEqual({ lock: 'purchase', price_coins: 50 });
    let error = await act(() => refusal(result.current.join({ acceptPrice: 40 })));
    expect([error.code, error.details.price_coins]).toEqual(['price_changed', 50]);
    await act(() => result.current.join({ acceptPrice: 50 }));
    expect([result.current.state, result.current.error, result.current.chargedCoins]).toEqual(['live', null, 50]);
    expect(fake.coins).toBe(10);
    const dear = fake.session({ access: 'pay_per_view', priceCoins: 50 });
    const other = await watch(fake, dear.id);
    error = await act(() => refusal(other.result.current.join({ acceptPrice: 50 })));
    expect(error.code).toBe('insufficient_coins');
  });

  test('a purchase whose answer was lost is tried again with the same key', async () => {
    const fake = createFakeLive();
    const concert = fake.session({ access: 'pay_per_view', priceCoins: 50 });
    const { result } = await watch(fake, concert.id);
    const keys = () =>
      fake.sent.flatMap((request) => (request.command === 'join_session' ? [request.idempotency_key] : []));
    fake.refuses('join_session', 'internal');
    await act(() => refusal(result.current.join({ acceptPrice: 50 })));
    await act(() => result.current.join({ acceptPrice: 50 }));
    await act(() => result.current.leave());
    await act(() => result.current.join({ acceptPrice: 50 }));
    const [lost, again, anew] = keys();
    expect(again).toBe(lost);
    expect(anew).not.toBe(lost);
  });

  test('for subscribers opens once the user has subscribed', async () => {
    const fake = createFakeLive();
    const rehearsal = fake.session({ access: 'subscribers_only', host: 'ayse' });
    const { result } = await watch(fake, rehearsal.id, { autoJoin: true });
    expect(result.current.lock).toEqual({ lock: 'subscribe' });
    fake.subscribesTo('ayse');
    await act(() => result.current.join());
    expect(result.current.state).toBe('live');
  });
});

describe('being there', () => {
  test('the network drops and comes back; then it is given up', async () => {
    const fake = createFakeLive();
    const { result } = await watch(fake, fake.session().id, { autoJoin: true });
    act(() => fake.networkDrops());
    expect([result.current.state, result.current.attempt]).toEqual(['reconnecting', 1]);
    act(() => fake.networkReturns());
    expect(result.current.state).toBe('live');
    act(() => fake.networkDrops());
    act(() => fake.reconnectingFails());
    expect(result.current.state).toBe('failed');
    expect(result.current.error).toMatchObject({ code: 'media_unavailable', retryable: true });
  });

  test.each([
    ['ends', 'host_ended'],
    ['kicksMe', 'removed'],
    ['isJoinedElsewhere', 'joined_elsewhere'],
  ] as const)('it is over, and says why: %s', async (happens, reason) => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result } = await watch(fake, evening.id, { autoJoin: true });
    act(() => void evening[happens]());
    expect([result.current.state, result.current.endReason]).toEqual(['ended', reason]);
  });

  test('who was kicked does not come back in', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result } = await watch(fake, evening.id, { autoJoin: true });
    act(() => void evening.kicksMe());
    expect(await act(() => refusal(result.current.join()))).toMatchObject({ code: 'banned' });
    expect(result.current.lock).toEqual({ lock: 'banned' });
  });

  test('a raised hand is lowered, and an invitation leads onto the stage', async () => {
    const fake = createFakeLive();
    const evening = fake.session({ host: 'ayse' });
    const { result } = await watch(fake, evening.id, { autoJoin: true });
    await act(() => result.current.hand.raise());
    expect(result.current.hand.raised).toBe(true);
    await act(() => result.current.hand.lower());
    expect(result.current.hand.raised).toBe(false);
    act(() => void evening.invites('speaker'));
    expect(result.current.invite?.role).toBe('speaker');
    await act(async () => result.current.invite?.accept());
    expect([result.current.role, result.current.invite, result.current.stageState]).toEqual([
      'speaker',
      null,
      'on_stage',
    ]);
    expect(result.current.stage.map(({ id, isLocal }) => [id, isLocal])).toEqual([
      ['me', true],
      ['ayse', false],
    ]);
    await act(() => result.current.stepDown());
    expect(result.current.role).toBe('viewer');
  });

  test('events come in their order, with gifts and taps among them', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const events: SessionEvent[] = [];
    await watch(fake, evening.id, { autoJoin: true, onEvent: (event) => events.push(event) });
    act(() => void evening.receivesGift('cem', 5).receivesReactions({ heart: 3 }));
    const states = events.flatMap((event) => (event.change === 'state' ? [event.value.state] : []));
    expect(states.slice(-3)).toEqual(['authorizing', 'connecting', 'live']);
    expect(events.slice(-2).map((event) => event.change)).toEqual(['gift', 'reactions']);
  });
});

describe('devices', () => {
  test('a switch says what was wished for and what came of it', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result } = await watch(fake, evening.id, { autoJoin: true });
    await act(async () => result.current.microphone.set(true));
    expect(result.current.microphone.error?.code).toBe('role_not_allowed');
    act(() => void evening.givesRole('me', 'speaker'));
    expect(result.current.microphone.enabled).toBe(false);
    await act(async () => result.current.microphone.toggle());
    expect(result.current.microphone).toMatchObject({ enabled: true, pending: false, error: null });
    await act(async () => result.current.microphone.toggle());
    expect(result.current.microphone.enabled).toBe(false);
  });

  test('a wish that waits is taken back by toggling again', async () => {
    const fake = createFakeLive();
    let id = '';
    await act(async () => void (id = await fake.client.createSession({ type: 'video_live', title: 'Evening' })));
    const { result } = await watch(fake, id);
    await act(async () => result.current.camera.toggle());
    expect(result.current.camera).toMatchObject({ enabled: false, pending: true });
    await act(async () => result.current.camera.toggle());
    expect(result.current.camera).toMatchObject({ enabled: false, pending: false });
  });

  test('the camera is turned while it is on', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result } = await watch(fake, evening.id, { autoJoin: true });
    act(() => void evening.givesRole('me', 'co_host'));
    await act(async () => result.current.camera.set(true));
    await act(async () => result.current.camera.flip());
    expect(result.current.camera.facing).toBe('environment');
  });
});

describe('hosting', () => {
  async function host() {
    const fake = createFakeLive();
    let id = '';
    await act(async () => void (id = await fake.client.createSession({ type: 'video_live', title: 'Evening' })));
    const { result } = await watch(fake, id, { autoJoin: true });
    const [session] = fake.ownSessions;
    if (!session) throw new Error('no session was opened');
    return { fake, session, result };
  }

  test('a session that was created is found by its id, goes live and ends', async () => {
    const { result } = await host();
    expect([result.current.state, result.current.role]).toEqual(['backstage', 'host']);
    await act(async () => result.current.camera.set(true));
    expect(result.current.camera.pending).toBe(true);
    await act(async () => result.current.host?.goLive());
    expect([result.current.state, result.current.camera.enabled]).toEqual(['live', true]);
    await act(async () => result.current.host?.end());
    expect([result.current.state, result.current.endReason]).toEqual(['ended', 'host_ended']);
  });

  test('a viewer leads nothing', async () => {
    const fake = createFakeLive();
    const { result } = await watch(fake, fake.session().id, { autoJoin: true });
    expect(result.current.host).toBeNull();
  });

  test('a screen that goes does not take its host off the air', async () => {
    const fake = createFakeLive();
    let id = '';
    await act(async () => void (id = await fake.client.createSession({ type: 'video_live', title: 'Evening' })));
    const { unmount } = await watch(fake, id, { autoJoin: true });
    unmount();
    await nextTurn();
    expect(fake.ownSessions[0]?.isEntered).toBe(true);
  });

  test('who raised a hand is let onto the stage, and back', async () => {
    const { session, result } = await host();
    await act(async () => result.current.host?.goLive());
    act(() => void session.joins('cem').raisesHand('cem'));
    expect(result.current.stageRequests.map((request) => request.user_id)).toEqual(['cem']);
    await act(async () => result.current.host?.setRole('cem', 'speaker'));
    expect(result.current.stage.map(({ id, role }) => [id, role])).toEqual([
      ['me', 'host'],
      ['cem', 'speaker'],
    ]);
    expect(result.current.stageRequests).toEqual([]);
    await act(async () => result.current.host?.setRole('cem', 'viewer'));
    expect(result.current.stage.map(({ id }) => id)).toEqual(['me']);
  });

  test('a recording starts and stops', async () => {
    const { result } = await host();
    expect(await act(() => refusal(result.current.host!.startRecording()))).toMatchObject({ code: 'role_not_allowed' });
    await act(async () => result.current.host?.goLive());
    expect(await act(() => result.current.host!.startRecording())).toMatchObject({ status: 'active' });
    expect(await act(() => result.current.host!.stopRecording())).toMatchObject({ status: 'ending' });
  });

  test('who may not open one learns why, with the field that is wrong', async () => {
    const fake = createFakeLive({ isCreator: false });
    expect(await refusal(fake.client.createSession({ type: 'video_live', title: 'Evening' }))).toMatchObject({
      code: 'not_creator',
      fix: expect.stringContaining('is_creator'),
    });
    const creator = createFakeLive();
    const error = await refusal(creator.client.createSession({ type: 'video_live', title: '' }));
    expect([error.code, error.details.field]).toEqual(['invalid_argument', 'title']);
  });
});
