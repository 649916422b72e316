import { act, fireEvent, render, screen } from '@testing-library/react-native';
import { Text } from 'react-native';

import { LiveAppearance, PaywallGate, VideoView } from '../../components';
import { LiveError } from '../../errors';
import { LiveProvider, useLiveSession } from '../../hooks';
import { createFakeLive, type FakeLive } from '../../testing';
import { BroadcastScreen, type BroadcastScreenProps } from '../BroadcastScreen';
import { CallScreen } from '../CallScreen';

const names: Record<string, string> = { ayse: 'Ayşe', cem: 'Cem', me: 'Me' };
const nameOf = (user: string) => names[user] ?? user;
const press = (name: string | RegExp) => act(async () => void fireEvent.press(screen.getByRole('button', { name })));

async function broadcast(fake: FakeLive, id: string, props: Partial<BroadcastScreenProps> = {}) {
  render(
    <LiveProvider client={fake.client}>
      <BroadcastScreen id={id} nameOf={nameOf} onClose={jest.fn()} {...props} />
    </LiveProvider>,
  );
  await act(() => fake.ready());
}

describe('a broadcast', () => {
  test('is behind a door that says its price, and opens when it is paid', async () => {
    const fake = createFakeLive();
    const concert = fake.session({ title: 'Concert', host: 'ayse', access: 'pay_per_view', priceCoins: 50 });
    await broadcast(fake, concert.id, { title: 'Concert' });
    expect(screen.getByRole('header', { name: 'Concert' })).toBeTruthy();
    await press('Watch for 50 coins');
    expect(screen.getByText('Live')).toBeTruthy();
    expect(fake.coins).toBe(450);
  });

  test('shows pictures, who watches, the chat, and why it is over', async () => {
    const fake = createFakeLive();
    const evening = fake.session({ title: 'Evening', host: 'ayse' });
    await broadcast(fake, evening.id);
    act(() => void evening.publishes('ayse', 'camera').joins('cem').says('cem', 'hello').receivesGift('cem', 5));
    expect(screen.getByTestId('video:ayse:camera')).toBeTruthy();
    expect(screen.getByText('2 viewers')).toBeTruthy();
    expect(screen.getByText('Cem hello')).toBeTruthy();
    expect(screen.getByText('5 coins')).toBeTruthy();
    act(() => fake.networkDrops());
    expect(screen.getByRole('alert', { name: 'Reconnecting' })).toBeTruthy();
    act(() => fake.networkReturns());
    act(() => void evening.ends());
    expect(screen.getByRole('alert', { name: 'The broadcast is over' })).toBeTruthy();
  });

  test('a viewer raises a hand, is invited, and gets a microphone', async () => {
    const fake = createFakeLive();
    const evening = fake.session({ host: 'ayse' });
    await broadcast(fake, evening.id);
    expect(screen.queryByRole('switch', { name: 'Microphone' })).toBeNull();
    await press('Raise hand');
    await press('Lower hand');
    act(() => void evening.invites('speaker'));
    await press('Come onto the stage as speaker');
    fireEvent.press(screen.getByRole('switch', { name: 'Microphone', checked: false }));
    await act(async () => undefined);
    expect(screen.getByRole('switch', { name: 'Microphone', checked: true })).toBeTruthy();
  });

  test('its host goes live, lets somebody on stage, and ends it', async () => {
    const fake = createFakeLive();
    let id = '';
    await act(async () => void (id = await fake.client.createSession({ type: 'audio_room', title: 'Round' })));
    await broadcast(fake, id);
    expect(screen.getByRole('alert', { name: 'Starts soon' })).toBeTruthy();
    await press('Go live');
    act(() => void fake.ownSessions[0]?.joins('cem').raisesHand('cem'));
    await press('Let Cem on stage');
    expect(screen.getByLabelText('Cem, muted')).toBeTruthy();
    act(() => void fake.ownSessions[0]?.publishes('cem', 'microphone').speaks('cem'));
    expect(screen.getByLabelText('Cem, speaking')).toBeTruthy();
    await press('End');
    expect(screen.getByRole('alert', { name: 'The broadcast is over' })).toBeTruthy();
  });

  test('says what was refused to the app, and keeps the screen', async () => {
    const fake = createFakeLive();
    const errors: LiveError[] = [];
    const evening = fake.session({ title: 'Evening' });
    await broadcast(fake, evening.id, { onError: (error) => errors.push(error) });
    fake.refuses('raise_hand', 'rate_limited');
    await press('Raise hand');
    expect(errors.map(({ code }) => code)).toEqual(['rate_limited']);
    expect(screen.getByText('Live')).toBeTruthy();
  });

  test("is drawn with the app's own parts where there are some", async () => {
    const fake = createFakeLive();
    const rehearsal = fake.session({ access: 'subscribers_only' });
    const Door: typeof PaywallGate = ({ lock }) => <Text>{`door: ${lock.lock}`}</Text>;
    await broadcast(fake, rehearsal.id, { parts: { PaywallGate: Door } });
    expect(screen.getByText('door: subscribe')).toBeTruthy();
  });
});

describe('a call', () => {
  async function phone(language: 'en' | 'tr' = 'en') {
    const fake = createFakeLive();
    render(
      <LiveProvider client={fake.client}>
        <LiveAppearance language={language}>
          <CallScreen nameOf={nameOf} />
        </LiveAppearance>
      </LiveProvider>,
    );
    await act(() => fake.ready());
    return fake;
  }

  test('rings, is taken with pictures, and says that it is over until that is seen', async () => {
    const fake = await phone();
    expect(screen.toJSON()).toBeNull();
    const call = fake.callRings.bind(fake);
    let ringing: ReturnType<typeof call> | undefined;
    act(() => void (ringing = call({ from: 'ayse', video: true })));
    expect(screen.getByRole('alert', { name: 'Incoming video call: Ayşe' })).toBeTruthy();
    await press('Accept');
    act(() => void ringing?.publishes('camera'));
    expect(screen.getByTestId('video:ayse:camera')).toBeTruthy();
    expect(screen.getByTestId('video:me:camera')).toBeTruthy();
    expect(screen.getByText('0:00')).toBeTruthy();
    act(() => void ringing?.isHungUp());
    expect(screen.getByText('Call ended')).toBeTruthy();
    await press('Hang up');
    expect(screen.toJSON()).toBeNull();
  });

  test('speaks Turkish', async () => {
    const fake = await phone('tr');
    fake.isBusy('ayse');
    await act(() => fake.client.calls.start('ayse').catch(() => undefined));
    expect(screen.getByText('Meşgul')).toBeTruthy();
  });
});

describe('a picture', () => {
  const Watching = ({ id, ...props }: { id: string } & Partial<Parameters<typeof VideoView>[0]>) => {
    useLiveSession(id, { autoJoin: true });
    return <VideoView participant="ayse" fallback={<Text>nobody to see</Text>} {...props} />;
  };

  test('is asked for as large as its view is, and given up with it', async () => {
    const fake = createFakeLive();
    const evening = fake.session({ host: 'ayse' }).publishes('ayse', 'camera');
    const { rerender } = render(
      <LiveProvider client={fake.client}>
        <Watching id={evening.id} />
      </LiveProvider>,
    );
    await act(() => fake.ready());
    const picture = screen.getByTestId('video:ayse:camera');
    await act(async () => fireEvent(picture, 'layout', { nativeEvent: { layout: { width: 100, height: 50 } } }));
    expect(fake.sent.at(-1)).toMatchObject({
      command: 'set_view',
      user_id: 'ayse',
      source: 'camera',
      size: { width: 200, height: 100 },
    });
    rerender(<LiveProvider client={fake.client} />);
    await act(async () => undefined);
    expect(fake.sent.map(({ command }) => command)).toContain('close_view');
  });

  test("that isn't there leaves its place to the fallback", async () => {
    const fake = createFakeLive();
    const evening = fake.session({ host: 'ayse' });
    render(
      <LiveProvider client={fake.client}>
        <Watching id={evening.id} />
      </LiveProvider>,
    );
    await act(() => fake.ready());
    expect(screen.getByText('nobody to see')).toBeTruthy();
    act(() => void evening.publishes('ayse', 'camera'));
    expect(screen.queryByText('nobody to see')).toBeNull();
    act(() => void evening.publishes('ayse', 'camera', { muted: true }));
    expect(screen.getByText('nobody to see')).toBeTruthy();
  });

  test('of nobody says what is missing', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const fake = createFakeLive();
    const draw = () =>
      render(
        <LiveProvider client={fake.client}>
          <VideoView participant={undefined as never} />
        </LiveProvider>,
      );
    expect(draw).toThrow('does not know whose picture to show');
    jest.restoreAllMocks();
  });
});
