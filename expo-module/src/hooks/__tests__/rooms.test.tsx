import { act, render, screen } from '@testing-library/react-native';
import { Text } from 'react-native';

import { createFakeLive } from '../../testing';
import { LiveProvider, LiveRoom } from '../context';
import { useConnectionQuality, useIsSpeaking, useParticipant, useParticipants } from '../people';
import { useCall } from '../useCall';
import { useChat } from '../useChat';
import { useBalance, useGifts } from '../useGifts';
import { useLiveSession } from '../useLiveSession';
import { useModeration, useRecording, useViewerCount } from '../useSessionFacts';
import { drawn, refusal } from './support';

const live = <T,>(fake: ReturnType<typeof createFakeLive>, id: string, hook: () => T) =>
  drawn(fake, () => {
    useLiveSession(id, { autoJoin: true });
    return hook();
  });

test('people come and go, and who publishes what is known', async () => {
  const fake = createFakeLive();
  const evening = fake.session({ host: 'ayse' });
  const { result } = await live(fake, evening.id, () => useParticipants());
  act(() => void evening.joins('cem').publishes('ayse', 'camera').publishes('ayse', 'microphone', { muted: true }));
  expect(result.current.map(({ id }) => id)).toEqual(['me', 'ayse', 'cem']);
  expect(result.current[1]).toMatchObject({ role: 'host', hasCamera: true, isMuted: true, isLocal: false });
  act(() => void evening.leaves('cem').unpublishes('ayse', 'camera'));
  expect(result.current.map(({ id }) => id)).toEqual(['me', 'ayse']);
  expect(result.current[1]?.hasCamera).toBe(false);
});

test('one person is followed alone: there, speaking, well connected, gone', async () => {
  const fake = createFakeLive();
  const evening = fake.session({ host: 'ayse' });
  const { result } = await live(fake, evening.id, () => ({
    person: useParticipant('cem'),
    isSpeaking: useIsSpeaking('cem'),
    quality: useConnectionQuality('cem'),
  }));
  expect(result.current).toEqual({ person: null, isSpeaking: false, quality: null });
  act(() => void evening.joins('cem', 'speaker').speaks('cem').hasQuality('cem', 'poor'));
  expect(result.current).toMatchObject({ person: { role: 'speaker' }, isSpeaking: true, quality: 'poor' });
  act(() => void evening.leaves('cem'));
  expect(result.current).toEqual({ person: null, isSpeaking: false, quality: null });
});

test('hooks are about the call while there is one, or about the room that is said', async () => {
  const fake = createFakeLive();
  const evening = fake.session({ host: 'ayse' });
  const Names = ({ of }: { of: string }) => (
    <Text>{`${of}: ${useParticipants()
      .map(({ id }) => id)
      .join(' ')}`}</Text>
  );
  let phone: ReturnType<typeof useCall> | undefined;
  const Phone = () => {
    phone = useCall();
    useLiveSession(evening.id, { autoJoin: true });
    return null;
  };
  render(
    <LiveProvider client={fake.client}>
      <Phone />
      <Names of="now" />
      <LiveRoom session={evening.id}>
        <Names of="session" />
      </LiveRoom>
      <LiveRoom call>
        <Names of="call" />
      </LiveRoom>
    </LiveProvider>,
  );
  await act(() => fake.ready());
  expect(screen.getByText('now: me ayse')).toBeTruthy();
  await act(async () => phone?.start('cem'));
  act(() => void fake.dialled.isAnswered());
  for (const text of ['now: me cem', 'session: me ayse', 'call: me cem']) expect(screen.getByText(text)).toBeTruthy();
  act(() => void fake.dialled.isHungUp());
  expect(screen.getByText('now: me ayse')).toBeTruthy();
});

describe('the chat', () => {
  test('holds what others and this user say, once and in order', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result } = await live(fake, evening.id, () => {
      const chat = useChat();
      void [chat.messages, chat.isSending, chat.pending, chat.canSend];
      return chat;
    });
    act(() => void evening.says('cem', 'hello'));
    await act(() => result.current.send('good evening'));
    expect(result.current.messages.map(({ user_id, body }) => [user_id, body])).toEqual([
      ['cem', 'hello'],
      ['me', 'good evening'],
    ]);
    expect(result.current.canSend).toBe(true);
    const [first, second] = result.current.messages;
    await act(() => result.current.delete(first?.id ?? ''));
    expect(result.current.messages).toEqual([second]);
    expect(await result.current.history()).toEqual([second]);
  });

  test('keeps what was refused, with the reason, until it is dismissed', async () => {
    const fake = createFakeLive();
    const { result } = await live(fake, fake.session().id, () => {
      const chat = useChat();
      void [chat.pending, chat.isSending];
      return chat;
    });
    fake.refuses('send_message', 'rate_limited', { retry_after_ms: 3_000, details: { limit: 'slow_mode' } });
    const error = await act(() => refusal(result.current.send('again')));
    expect([error.code, error.retryAfterMs, error.details.limit]).toEqual(['rate_limited', 3_000, 'slow_mode']);
    expect(result.current.pending).toMatchObject([{ body: 'again', error: { code: 'rate_limited' } }]);
    expect(result.current.isSending).toBe(false);
    await act(async () => result.current.dismiss(result.current.pending[0]?.id ?? 0));
    expect(result.current.pending).toEqual([]);
  });

  test('of a session that is not open says to join first', async () => {
    const fake = createFakeLive();
    const { result } = await drawn(fake, () => useChat());
    expect(await refusal(result.current.send('hello'))).toMatchObject({
      code: 'conflict',
      fix: 'Call `join()` first.',
    });
  });
});

test('gifts are given, shown, and paid once though the answer was lost', async () => {
  const fake = createFakeLive({ coins: 20 });
  const evening = fake.session();
  const { result } = await live(fake, evening.id, () => ({ ...useGifts(), balance: useBalance() }));
  expect([result.current.balance, result.current.canGive]).toEqual([20, true]);
  const left = await act(() => result.current.give(5, { message: 'bravo' }));
  expect([left, result.current.balance]).toEqual([15, 15]);
  act(() => void evening.receivesGift('cem', 7));
  expect(result.current.gifts.map(({ sender_id, coins }) => [sender_id, coins])).toEqual([
    ['me', 5],
    ['cem', 7],
  ]);
  fake.refuses('send_gift', 'internal');
  await act(() => refusal(result.current.give(5)));
  await act(() => result.current.give(5));
  const keys = fake.sent.flatMap((request) => (request.command === 'send_gift' ? [request.idempotency_key] : []));
  expect(keys[1]).toBe(keys[2]);
  expect(keys[0]).not.toBe(keys[1]);
  expect(await act(() => refusal(result.current.give(500)))).toMatchObject({ code: 'insufficient_coins' });
});

test('a wallet that is shown knows what entering cost', async () => {
  const fake = createFakeLive({ coins: 60 });
  const concert = fake.session({ access: 'pay_per_view', priceCoins: 50 });
  const { result } = await drawn(fake, () => ({ balance: useBalance(), join: useLiveSession(concert.id).join }));
  await act(() => result.current.join({ acceptPrice: 50 }));
  expect(result.current.balance).toBe(10);
});

test('viewers are counted, this user among them', async () => {
  const fake = createFakeLive();
  const evening = fake.session();
  const { result } = await live(fake, evening.id, () => useViewerCount());
  expect(result.current).toBe(1);
  act(() => void evening.joins('cem').joins('deniz').leaves('cem'));
  expect(result.current).toBe(2);
});

test('whoever leads keeps order, records, and slows the chat down', async () => {
  const fake = createFakeLive();
  let id = '';
  await act(async () => void (id = await fake.client.createSession({ type: 'video_live', title: 'Evening' })));
  const { result } = await live(fake, id, () => ({
    moderation: useModeration(),
    recording: useRecording(),
    people: useParticipants(),
    host: useLiveSession(id).host,
  }));
  await act(async () => result.current.host?.goLive());
  const [session] = fake.ownSessions;
  act(() => void session?.joins('cem').joins('deniz').publishes('cem', 'microphone'));
  expect(result.current.moderation.canModerate).toBe(true);
  await act(() => result.current.moderation.mute('cem', { reason: 'shouts' }));
  expect(result.current.people.find(({ id }) => id === 'cem')?.isMuted).toBe(true);
  await act(() => result.current.moderation.ban('cem', { scope: 'creator', expiresInSeconds: 60 }));
  await act(() => result.current.moderation.kick('deniz'));
  expect(result.current.people.map(({ id }) => id)).toEqual(['me']);
  await act(() => result.current.moderation.setSlowMode(10));
  expect(await act(() => result.current.moderation.slowMode())).toBe(10);
  expect(result.current.recording.canRecord).toBe(true);
  await act(async () => void (await result.current.recording.start()));
  expect(result.current.recording.isRecording).toBe(true);
  await act(async () => void (await result.current.recording.stop()));
  expect([result.current.recording.isRecording, result.current.recording.recording?.status]).toEqual([false, 'ending']);
});

test('a viewer who tries is refused, but may report and block', async () => {
  const fake = createFakeLive();
  const evening = fake.session({ host: 'ayse' });
  const { result } = await live(fake, evening.id, () => useModeration());
  expect(result.current.canModerate).toBe(false);
  expect(await act(() => refusal(result.current.kick('cem')))).toMatchObject({ code: 'role_not_allowed' });
  await act(() => result.current.report({ userId: 'cem', category: 'spam', sessionId: evening.id }));
  await act(() => result.current.block('cem'));
  expect(await fake.client.blocked()).toEqual(['cem']);
});
