import { act } from '@testing-library/react-native';

import { createFakeLive, type FakeLive } from '../../testing';
import type { CallEvent } from '../../types';
import { useCall, type CallOptions } from '../useCall';
import { drawn, refusal } from './support';

const phone = (fake: FakeLive, options?: CallOptions) =>
  drawn(fake, () => {
    const phone = useCall(options);
    void [phone.call, phone.incoming, phone.microphone, phone.camera, phone.audio, phone.isHeld];
    return phone;
  });

describe('a call that this user makes', () => {
  test('rings there, is answered, and ends', async () => {
    const fake = createFakeLive();
    const { result } = await phone(fake);
    expect(result.current.call).toBeNull();
    await act(() => result.current.start('ayse', { video: true }));
    expect(result.current.call).toMatchObject({ state: 'ringing', direction: 'out', peerId: 'ayse', isVideo: true });
    act(() => void fake.dialled.isAnswered());
    expect(result.current.call?.state).toBe('active');
    expect([result.current.microphone.enabled, result.current.camera.enabled]).toEqual([true, true]);
    act(() => void fake.dialled.isHungUp());
    expect(result.current.call).toMatchObject({ state: 'ended', endReason: 'hung_up' });
  });

  test('that is over stays on the screen until it is dismissed', async () => {
    const fake = createFakeLive();
    const { result } = await phone(fake);
    await act(() => result.current.start('ayse'));
    act(() => result.current.dismiss());
    expect(result.current.call?.state).toBe('ringing');
    act(() => void fake.dialled.isDeclined());
    expect(result.current.call?.endReason).toBe('declined');
    act(() => result.current.dismiss());
    expect(result.current.call).toBeNull();
  });

  test('says whom it is to before the server knows of it, and is given up then', async () => {
    const fake = createFakeLive();
    const { result } = await phone(fake);
    fake.holds('start_call');
    let starting: Promise<void> | undefined;
    await act(async () => {
      starting = result.current.start('ayse');
      starting.catch(() => undefined);
    });
    expect(result.current.call).toMatchObject({ id: null, state: 'dialing', peerId: 'ayse' });
    await act(async () => result.current.hangUp());
    expect(result.current.call?.endReason).toBe('cancelled');
  });

  test('is refused for somebody who is in a call, and the screen says busy', async () => {
    const fake = createFakeLive();
    fake.isBusy('ayse');
    const { result } = await phone(fake);
    expect(await act(() => refusal(result.current.start('ayse')))).toMatchObject({ code: 'busy' });
    expect(result.current.call).toMatchObject({ state: 'ended', endReason: 'busy' });
  });

  test('that is given up by a signal is cancelled', async () => {
    const fake = createFakeLive();
    const { result } = await phone(fake);
    fake.holds('start_call');
    const abort = new AbortController();
    let starting: Promise<void> | undefined;
    await act(async () => {
      starting = result.current.start('ayse', { signal: abort.signal });
      starting.catch(() => undefined);
    });
    await act(async () => abort.abort());
    await expect(starting).rejects.toMatchObject({ name: 'AbortError' });
    expect(result.current.call?.endReason).toBe('cancelled');
  });
});

describe('a call that rings here', () => {
  test('says who calls, and is accepted', async () => {
    const fake = createFakeLive();
    const { result } = await phone(fake);
    act(() => void fake.callRings({ from: 'ayse', video: true }));
    expect(result.current.incoming).toMatchObject({ peerId: 'ayse', direction: 'in', isVideo: true });
    expect(result.current.call).toBeNull();
    await act(() => result.current.accept());
    expect(result.current.incoming).toBeNull();
    expect(result.current.call).toMatchObject({ state: 'active', peerId: 'ayse' });
  });

  test("is declined, and was never this user's call", async () => {
    const fake = createFakeLive();
    const { result } = await phone(fake);
    act(() => void fake.callRings({ from: 'ayse' }));
    await act(async () => result.current.decline());
    expect([result.current.incoming, result.current.call]).toEqual([null, null]);
  });

  test.each(['isCancelled', 'isAnsweredElsewhere'] as const)('rings no more when it %s', async (happens) => {
    const fake = createFakeLive();
    const { result } = await phone(fake);
    let call: ReturnType<FakeLive['callRings']> | undefined;
    act(() => void (call = fake.callRings({ from: 'ayse' })));
    act(() => void call?.[happens]());
    expect([result.current.incoming, result.current.call]).toEqual([null, null]);
    expect(await refusal(result.current.accept())).toMatchObject({ code: 'call_ended' });
  });

  test('during another call leaves that one as it is', async () => {
    const fake = createFakeLive();
    const { result } = await phone(fake);
    await act(() => result.current.start('ayse'));
    act(() => void fake.dialled.isAnswered());
    act(() => void fake.callRings({ from: 'cem' }));
    expect(result.current.call?.peerId).toBe('ayse');
    expect(result.current.incoming?.peerId).toBe('cem');
  });
});

describe('in a call', () => {
  async function talking(options?: CallOptions) {
    const fake = createFakeLive();
    const { result, rerender, unmount } = await phone(fake, options);
    await act(() => result.current.start('ayse'));
    act(() => void fake.dialled.isAnswered());
    return { fake, result, rerender, unmount };
  }

  test('it outlives the component, and a new one finds it', async () => {
    const { fake, unmount } = await talking();
    unmount();
    const { result } = await phone(fake);
    expect(result.current.call).toMatchObject({ state: 'active', peerId: 'ayse' });
    expect(fake.sent.map(({ command }) => command)).not.toContain('hang_up');
  });

  test('it is held and taken back', async () => {
    const { result } = await talking();
    await act(async () => result.current.hold(true));
    expect(result.current.isHeld).toBe(true);
    await act(async () => result.current.hold(false));
    expect(result.current.call?.state).toBe('active');
  });

  test('the network drops and comes back', async () => {
    const { fake, result } = await talking();
    act(() => fake.networkDrops());
    expect(result.current.call).toMatchObject({ state: 'reconnecting', attempt: 1 });
    act(() => fake.networkReturns());
    expect(result.current.call?.state).toBe('active');
  });

  test('voices become pictures by consent, and voices again', async () => {
    const { fake, result } = await talking();
    await act(() => result.current.video.request());
    expect(result.current.call?.videoRequest?.isOwn).toBe(true);
    act(() => void fake.dialled.answersVideo(true));
    expect(result.current.call).toMatchObject({ isVideo: true, videoRequest: null });
    await act(() => result.current.video.toAudio());
    act(() => void fake.dialled.asksForVideo());
    expect([result.current.call?.videoRequest?.isOwn, result.current.call?.can.answer_video]).toEqual([false, true]);
    await act(() => result.current.video.decline());
    expect(result.current.call).toMatchObject({ isVideo: false, videoRequest: null });
  });

  test('sound is put on the loudspeaker and back', async () => {
    const { result } = await talking();
    expect(result.current.audio.route?.id).toBe('earpiece');
    await act(async () => result.current.audio.speaker.toggle());
    expect([result.current.audio.route?.id, result.current.audio.speaker.enabled]).toEqual(['speaker', true]);
    await act(async () => result.current.audio.select('earpiece'));
    expect(result.current.audio.speaker.enabled).toBe(false);
  });

  test('events come in their order, from the ring to the end', async () => {
    const fake = createFakeLive();
    const states: string[] = [];
    const onEvent = (event: CallEvent) => void (event.change === 'state' && states.push(event.value.state));
    const { result } = await phone(fake, { onEvent });
    act(() => void fake.callRings({ from: 'ayse' }));
    await act(() => result.current.accept());
    await act(async () => result.current.hangUp());
    expect(states).toEqual(['ringing', 'connecting', 'active', 'ended']);
  });

  test('its length is told in whole seconds, and stands still when it is over', async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask'], now: Date.parse('2026-01-01T00:00:00Z') });
    try {
      const fake = createFakeLive();
      const lengths: number[] = [];
      const { result } = await drawn(fake, () => {
        const phone = useCall();
        lengths.push(phone.durationMs);
        return phone;
      });
      await act(() => result.current.start('ayse'));
      act(() => void fake.dialled.isAnswered());
      for (let passed = 0; passed < 2_400; passed += 100) act(() => jest.advanceTimersByTime(100));
      act(() => void fake.dialled.isHungUp());
      act(() => jest.advanceTimersByTime(5_000));
      expect(result.current.durationMs).toBe(2_000);
      // Redrawn for each second, not for each look at the clock.
      expect(lengths.filter((length, at) => length !== lengths[at - 1])).toEqual([0, 1_000, 2_000]);
      expect(lengths.length).toBeLessThan(8);
    } finally {
      jest.useRealTimers();
    }
  });
});
