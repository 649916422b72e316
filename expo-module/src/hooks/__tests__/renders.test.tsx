import { act, render } from '@testing-library/react-native';
import { memo } from 'react';
import { Text } from 'react-native';

import { createFakeLive } from '../../testing';
import { LiveProvider } from '../context';
import { useIsSpeaking, useParticipants } from '../people';
import { useChat } from '../useChat';
import { useLiveSession } from '../useLiveSession';
import { useViewerCount } from '../useSessionFacts';

/** How often each component was drawn. */
const draws: Record<string, number> = {};
const drawn = (name: string) => void (draws[name] = (draws[name] ?? 0) + 1);
/** How often each is drawn by what happens. */
function drawnBy(happens: () => void): Record<string, number> {
  const before = { ...draws };
  act(happens);
  const more = Object.entries(draws).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(more.filter(([, count]) => count > 0));
}

const Title = memo(({ id }: { id: string }) => {
  drawn('title');
  return <Text>{useLiveSession(id).session?.title}</Text>;
});
const Count = memo(() => {
  drawn('count');
  return <Text>{useViewerCount()}</Text>;
});
const Speaker = memo(({ id }: { id: string }) => {
  drawn(id);
  return <Text>{useIsSpeaking(id) ? 'speaks' : ''}</Text>;
});
const Stage = memo(() => {
  drawn('stage');
  return useParticipants({ onStage: true }).map(({ id }) => <Speaker key={id} id={id} />);
});
const Chat = memo(() => {
  drawn('chat');
  return <Text>{useChat().messages.length}</Text>;
});
const Controls = memo(({ id }: { id: string }) => {
  drawn('controls');
  const { microphone, state, leave, can } = useLiveSession(id, { autoJoin: true });
  return <Text onPress={leave}>{`${state} ${microphone.enabled} ${can('microphone')}`}</Text>;
});

async function screenOf(viewers: number) {
  const fake = createFakeLive();
  const evening = fake.session({ host: 'ayse' }).joins('cem', 'speaker');
  for (let at = 0; at < viewers; at += 1) evening.joins(`viewer ${at}`);
  render(
    <LiveProvider client={fake.client}>
      <Title id={evening.id} />
      <Count />
      <Stage />
      <Chat />
      <Controls id={evening.id} />
    </LiveProvider>,
  );
  await act(() => fake.ready());
  return { fake, evening };
}

test('a change redraws what shows it, and nothing else', async () => {
  const { evening } = await screenOf(2);
  expect(drawnBy(() => evening.joins('deniz'))).toEqual({ count: 1 });
  expect(drawnBy(() => evening.says('cem', 'hello'))).toEqual({ chat: 1 });
  expect(drawnBy(() => evening.speaks('cem'))).toEqual({ cem: 1 });
  expect(drawnBy(() => evening.hasQuality('cem', 'poor'))).toEqual({});
  expect(drawnBy(() => evening.receivesGift('deniz', 5))).toEqual({});
  expect(drawnBy(() => evening.joins('eda', 'speaker'))).toEqual({ count: 1, stage: 1, eda: 1 });
  expect(drawnBy(() => evening.givesRole('me', 'speaker'))).toEqual({ stage: 1, controls: 1, me: 1 });
  expect(drawnBy(() => evening.ends())).toMatchObject({ controls: 1 });
});

test('the same thing said again redraws nothing', async () => {
  const { evening } = await screenOf(2);
  act(() => void evening.speaks('cem'));
  expect(drawnBy(() => evening.speaks('cem').publishes('cem', 'microphone'))).toEqual({ stage: 1 });
  expect(drawnBy(() => evening.publishes('cem', 'microphone'))).toEqual({});
});

test('with a thousand viewers, fifty updates redraw what they concern', async () => {
  const { evening } = await screenOf(1_000);
  const total: Record<string, number> = {};
  for (let at = 0; at < 50; at += 1) {
    const drawnTimes = drawnBy(() => {
      if (at % 2 === 0) evening.joins(`late ${at}`);
      else evening.speaks(at % 4 === 1 ? 'cem' : `viewer ${at}`, at % 8 === 1);
    });
    for (const [name, count] of Object.entries(drawnTimes)) total[name] = (total[name] ?? 0) + count;
  }
  // Cem begins to speak and ceases, seven times and six; nobody shows the others.
  expect(total).toEqual({ count: 25, cem: 13 });
});
