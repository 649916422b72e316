import { act, render } from '@testing-library/react-native';
import { memo } from 'react';
import { Text } from 'react-native';

import { LiveProvider, useIsSpeaking, useLiveSession, useViewerCount } from '../../hooks';
import { createFakeLive } from '../../testing';

const CHANGES = 200;

const Speaker = memo(() => <Text>{String(useIsSpeaking('cem'))}</Text>);
const Count = memo(() => <Text>{useViewerCount()}</Text>);
const State = memo(({ id }: { id: string }) => <Text>{useLiveSession(id, { autoJoin: true }).state}</Text>);

/** From what the core says to what React has drawn, in a development build of React on Node. */
test.each([10, 1_000])(
  'a change in a room of %d people until it is drawn',
  async (people) => {
    const fake = createFakeLive();
    const evening = fake.session().joins('cem', 'speaker');
    for (let at = 0; at < people; at += 1) evening.joins(`viewer ${at}`);
    render(
      <LiveProvider client={fake.client}>
        <State id={evening.id} />
        <Speaker />
        <Count />
      </LiveProvider>,
    );
    await act(() => fake.ready());
    const changes: Record<string, (at: number) => void> = {
      speaking: (at) => void evening.speaks('cem', at % 2 === 0),
      'coming and going': (at) => void (at % 2 === 0 ? evening.joins('late') : evening.leaves('late')),
      state: (at) => (at % 2 === 0 ? fake.networkDrops() : fake.networkReturns()),
    };
    const report: string[] = [];
    for (const [name, change] of Object.entries(changes)) {
      const took: number[] = [];
      for (let at = 0; at < CHANGES; at += 1) {
        const start = performance.now();
        act(() => change(at));
        took.push(performance.now() - start);
      }
      took.sort((one, other) => one - other);
      const [median, late] = [took[CHANGES / 2] ?? 0, took[Math.floor(CHANGES * 0.95)] ?? 0];
      report.push(`${name}: median ${median.toFixed(2)} ms, 95 % below ${late.toFixed(2)} ms`);
    }
    process.stdout.write(`${people} people — ${report.join('; ')}\n`);
  },
  120_000,
);
