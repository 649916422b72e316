import { act, render, renderHook, screen } from '@testing-library/react-native';
import { Text } from 'react-native';

import { createLiveClient } from '../..';
import { LiveError } from '../../errors';
import { LiveProvider, useCall, useChat, useLiveSession, useLiveStatus, useParticipants } from '../../hooks';
import { drawn, refusal } from '../../hooks/__tests__/support';
import { missingModule } from '../../native/host';
import { createFakeLive } from '../../testing';
import { FakeSupabase } from '../../testing/supabase';
import type { CallEvent } from '../../types';
import { LiveClient } from '../client';

function thrown(action: () => unknown): LiveError {
  try {
    action();
  } catch (error) {
    if (error instanceof LiveError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const never = () => Promise.reject(new Error('not reached'));
const jwt = (claims: object) => `header.${btoa(JSON.stringify(claims))}.signature`;

describe('wrong options', () => {
  const supabase = new FakeSupabase('me');

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'options'],
    ['no Supabase client', {}, 'supabase'],
    ['a Supabase client without auth', { supabase: {} }, 'supabase'],
    ['an option that there is not', { supabase, superbase: 1 }, 'superbase'],
    ['a host that is no function', { supabase, host: {} }, 'host'],
    ['a URL that is none', { supabase, supabaseUrl: 'my-project' }, 'supabaseUrl'],
    ['a key that is none', { supabase, anonKey: '' }, 'anonKey'],
    ['the secret key', { supabase, anonKey: 'sb_secret_abc' }, 'anonKey'],
    ['the key of the service role', { supabase, anonKey: jwt({ role: 'service_role' }) }, 'anonKey'],
  ])('%s is refused by the name of the option, with what to do', (_, options, field) => {
    const error = thrown(() => createLiveClient(options as never));
    expect([error.code, error.details.field]).toEqual(['invalid_argument', field]);
    expect(error.message).toContain(error.fix);
  });

  test('the public key is taken', () => {
    expect(
      new LiveClient({ supabase, anonKey: jwt({ role: 'anon' }), onError: () => undefined }, never),
    ).toBeInstanceOf(LiveClient);
  });
});

describe('outside of a provider', () => {
  test.each([
    ['useLiveSession', () => useLiveSession('x')],
    ['useCall', () => useCall()],
    ['useChat', () => useChat()],
    ['useParticipants', () => useParticipants()],
  ])('%s throws, and says what to put around', (name, hook) => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const error = thrown(() => renderHook(hook as () => unknown));
    expect(error.message).toContain(`${name} was used outside of <LiveProvider>`);
    expect(error.fix).toContain('<LiveProvider client={client}>');
    jest.restoreAllMocks();
  });

  test('a provider that was given something else says so', () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const error = thrown(() => render(<LiveProvider client={{} as never} />));
    expect(error.message).toContain('<LiveProvider> needs a live client');
    jest.restoreAllMocks();
  });

  test('an id of the wrong type is refused at once', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const fake = createFakeLive();
    const wrapper = ({ children }: { children: React.ReactNode }) => (
      <LiveProvider client={fake.client}>{children}</LiveProvider>
    );
    const error = thrown(() => renderHook(() => useLiveSession(7 as never), { wrapper }));
    expect(error.message).toContain('was given number as its id');
    jest.restoreAllMocks();
  });
});

describe('who is signed in', () => {
  test('nobody: everything is refused with what to do, and the screen can tell', async () => {
    const fake = createFakeLive({ isSignedIn: false });
    const Status = () => <Text>{useLiveStatus().status}</Text>;
    render(
      <LiveProvider client={fake.client}>
        <Status />
      </LiveProvider>,
    );
    const error = await act(() => refusal(fake.client.balance()));
    expect([error.code, error.fix]).toEqual(['not_authenticated', expect.stringContaining('Sign in')]);
    expect(screen.getByText('signed_out')).toBeTruthy();
    act(() => fake.signsIn('me'));
    await act(() => fake.ready());
    expect(screen.getByText('ready')).toBeTruthy();
  });

  test('a sign-out leaves everything and hangs up', async () => {
    const fake = createFakeLive();
    const evening = fake.session();
    const { result } = await drawn(fake, () => {
      const [live, phone] = [useLiveSession(evening.id), useCall()];
      return { join: live.join, state: live.state, call: phone.call, start: phone.start };
    });
    await act(() => result.current.join());
    await act(() => result.current.start('ayse'));
    act(() => void fake.dialled.isAnswered());
    await act(async () => fake.signsOut());
    expect([result.current.state, result.current.call]).toEqual(['idle', null]);
    expect([evening.isEntered, fake.dialled.isOver]).toEqual([false, true]);
  });

  test('another user gets a bridge of their own, and enters what the screen shows', async () => {
    const fake = createFakeLive();
    const evening = fake.session({ host: 'ayse' });
    const { result } = await drawn(fake, () => {
      const live = useLiveSession(evening.id, { autoJoin: true });
      return { state: live.state, ids: useParticipants().map(({ id }) => id) };
    });
    expect(result.current).toEqual({ state: 'live', ids: ['me', 'ayse'] });
    await act(async () => fake.signsIn('bora'));
    await act(() => fake.ready());
    expect(result.current).toEqual({ state: 'live', ids: ['bora', 'ayse'] });
  });

  test('the same user signing in again, as with each renewed token, changes nothing', async () => {
    const fake = createFakeLive();
    await fake.ready();
    const before = fake.client.connection.get();
    fake.signsIn('me');
    await fake.ready();
    expect(fake.client.connection.get()).toBe(before);
    expect(fake.sent.at(-1)).toMatchObject({ command: 'token', jwt: 'token of me 0' });
  });

  test('a token that is wanted is the one of the Supabase session, renewed when it was refused', async () => {
    const fake = createFakeLive();
    await fake.ready();
    expect(await fake.tokenIsWanted(false)).toBe(0);
    expect(fake.sent.at(-1)).toMatchObject({ command: 'token', jwt: 'token of me 0' });
    expect(await fake.tokenIsWanted(true)).toBe(1);
    expect(fake.sent.at(-1)).toMatchObject({ command: 'token', jwt: 'token of me 1' });
  });

  test('a closed client refuses, and says to make another', async () => {
    const fake = createFakeLive();
    await fake.ready();
    await fake.client.close();
    const error = await refusal(fake.client.balance());
    expect([error.code, error.fix]).toEqual(['conflict', 'Make another one with createLiveClient.']);
  });
});

describe('what there is to run on', () => {
  test('a build without the native module imports, and explains itself when it is used', async () => {
    const errors: LiveError[] = [];
    const client = createLiveClient({ supabase: new FakeSupabase('me'), onError: (error) => errors.push(error) });
    const error = await refusal(client.balance());
    // Jest runs as Expo Go does: with no native code but Expo's.
    expect(error.message).toContain('Expo Go holds no code of this package');
    expect(error.fix).toContain('development build');
    expect(errors).toEqual([error]);
    expect(client.status.get()).toMatchObject({ status: 'failed', userId: 'me' });
    await client.close();
  });

  test('a build that was made before the package was added says to make it anew', () => {
    const error = missingModule(false);
    expect(error.message).toContain('lacks the native module IpelyaLive');
    expect(error.fix).toContain('npx expo prebuild');
  });

  test('a module that a fast refresh runs again gets the client that is there', async () => {
    const onError = () => undefined;
    const first = createLiveClient({ supabase: new FakeSupabase('me'), onError });
    const again = createLiveClient({ supabase: new FakeSupabase('me'), onError });
    expect(again).toBe(first);
    const elsewhere = createLiveClient({ supabase: new FakeSupabase('me'), supabaseUrl: 'https://other.dev', onError });
    expect(elsewhere).not.toBe(first);
    await Promise.all([first.close(), elsewhere.close()]);
    expect(createLiveClient({ supabase: new FakeSupabase('me'), onError })).not.toBe(first);
  });
});

describe('while JavaScript was away', () => {
  test('a call that was answered without it is there, and what happened is told in order', async () => {
    const fake = createFakeLive();
    await fake.ready();
    fake.javaScriptStops();
    const call = fake.callRings({ from: 'ayse' });
    call.connect();
    const events: CallEvent[] = [];
    const client = fake.javaScriptStarts();
    const { result } = await drawn(
      { ...fake, client, ready: async () => void (await client.connected()) } as never,
      () => useCall({ onEvent: (event) => void events.push(event) }).call,
    );
    await act(async () => undefined);
    expect(result.current).toMatchObject({ state: 'active', peerId: 'ayse' });
    const states = events.flatMap((event) => (event.change === 'state' ? [event.value.state] : []));
    expect(states).toEqual(['ringing', 'connecting', 'active']);
    expect(events.every((event) => event.flushed)).toBe(true);
  });

  test('after a resync nothing is doubled, nothing that stands is redrawn, and what is gone is gone', async () => {
    const fake = createFakeLive();
    const evening = fake.session({ host: 'ayse' }).joins('cem');
    let draws = 0;
    const { result } = await drawn(fake, () => {
      const live = useLiveSession(evening.id, { autoJoin: true });
      draws += 1;
      return { state: live.state, title: live.session?.title, stage: live.stage };
    });
    const messages = await drawn(fake, () => useChat().messages);
    act(() => void evening.says('cem', 'hello'));
    const before = draws;
    await act(() => fake.updatesWereLost());
    expect(draws).toBe(before);
    expect(result.current.state).toBe('live');
    expect(messages.result.current).toHaveLength(1);
    await act(() => fake.updatesWereLost(() => evening.ends()));
    expect(result.current.state).toBe('ended');
  });
});
