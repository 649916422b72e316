import { LiveError } from '../../errors';
import { useBalance, useCall, useChat, useGifts, useLiveSession, useParticipants, useViewerCount } from '../../hooks';
import { does, Person } from './person';
import { Stack } from './stack';

let stack: Stack;
let creator: Person;
let viewer: Person;
const everybody: Person[] = [];

/** Somebody who is gone after the last test, however that ended. */
async function signIn(name: string): Promise<Person> {
  const person = await Person.signIn(stack, name);
  everybody.push(person);
  return person;
}

beforeAll(async () => {
  stack = await Stack.start();
  [creator, viewer] = await Promise.all([signIn('creator'), signIn('viewer')]);
}, 120_000);

afterAll(async () => {
  await Promise.all(everybody.map((person) => person.client.close()));
  await stack.stop();
}, 60_000);

const session = (of: Person, id: string, autoJoin = true) =>
  of.draws(() => {
    const live = useLiveSession(id, { autoJoin });
    void [live.state, live.lock, live.error, live.role, live.stage, live.viewerCount, live.hand, live.stageRequests];
    void [live.microphone, live.camera, live.host, live.endReason];
    return live;
  });

const phone = (of: Person) =>
  of.draws(() => {
    const phone = useCall();
    void [phone.call, phone.incoming, phone.microphone];
    return phone;
  });

async function refusal(promise: Promise<unknown>): Promise<LiveError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof LiveError) return error;
  throw new Error(`expected a refusal, and got ${String(error)}`);
}

test('a broadcast is watched, talked about, given to and ended', async () => {
  const id = await does(() => creator.client.createSession({ type: 'video_live', title: 'Evening' }));
  const stage = session(creator, id, false);
  await stage.shows((live) => expect(live.state).toBe('backstage'));
  await does(() => stage.now.camera.set(true));
  await does(async () => stage.now.host?.goLive());
  await stage.shows((live) => expect([live.state, live.camera.enabled]).toEqual(['live', true]));

  const screen = session(viewer, id);
  await screen.shows((live) => expect(live.state).toBe('live'));
  await screen.shows((live) => {
    expect(live.stage).toMatchObject([{ id: creator.id, role: 'host', hasCamera: true, isLocal: false }]);
  });
  const audience = creator.draws(() => ({ viewers: useViewerCount(), people: useParticipants() }));
  await audience.shows(({ viewers, people }) => {
    expect(viewers).toBe(1);
    expect(people.map((person) => person.id)).toEqual([creator.id, viewer.id]);
  });

  const [said, heard] = [viewer.draws(() => useChat()), creator.draws(() => useChat().messages)];
  await does(() => said.now.send('merhaba'));
  await heard.shows((messages) => expect(messages).toMatchObject([{ body: 'merhaba', user_id: viewer.id }]));

  const [giver, receiver] = [viewer.draws(() => useGifts()), creator.draws(() => useGifts().gifts)];
  const left = await does(() => giver.now.give(10, { message: 'bravo' }));
  await receiver.shows((gifts) => expect(gifts).toMatchObject([{ coins: 10, sender_id: viewer.id }]));
  expect(left).toBe(490);

  await does(async () => stage.now.host?.end());
  await screen.shows((live) => expect([live.state, live.endReason]).toEqual(['ended', 'host_ended']));
}, 60_000);

test('a raised hand leads onto the stage and to a microphone, and back', async () => {
  const id = await does(() => creator.client.createSession({ type: 'audio_room', title: 'Round' }));
  const room = session(creator, id, false);
  await does(async () => room.now.host?.goLive());
  const listener = session(viewer, id);
  await listener.shows((live) => expect([live.state, live.role]).toEqual(['live', 'listener']));
  await does(() => listener.now.microphone.set(true));
  expect(listener.now.microphone.enabled).toBe(false);
  await does(() => listener.now.hand.raise());
  await listener.shows((live) => expect(live.hand).toMatchObject({ raised: true, pending: false }));
  await room.shows((live) => expect(live.stageRequests).toMatchObject([{ user_id: viewer.id, kind: 'request' }]));
  await does(async () => room.now.host?.setRole(viewer.id, 'speaker'));
  await listener.shows((live) => expect([live.role, live.can('microphone')]).toEqual(['speaker', true]));
  await does(() => listener.now.microphone.set(true));
  await listener.shows((live) => expect(live.microphone.enabled).toBe(true));
  await room.shows((live) => {
    expect(live.stage.find((person) => person.id === viewer.id)).toMatchObject({ role: 'speaker', isMuted: false });
  });
  await does(async () => room.now.host?.setRole(viewer.id, 'listener'));
  await listener.shows((live) => expect([live.role, live.microphone.enabled]).toEqual(['listener', false]));
  await does(async () => room.now.host?.end());
}, 60_000);

test('a paywall says its price, takes exactly that, and opens; who has too little stays outside', async () => {
  const id = await does(() =>
    creator.client.createSession({ type: 'video_live', title: 'Concert', access: 'pay_per_view', priceCoins: 50 }),
  );
  const stage = session(creator, id, false);
  await does(async () => stage.now.host?.goLive());
  const screen = session(viewer, id);
  await screen.shows((live) => expect(live.lock).toEqual({ lock: 'purchase', price_coins: 50 }));
  expect(screen.now.error?.code).toBe('payment_required');
  const wallet = viewer.draws(() => useBalance());
  await wallet.shows((coins) => expect(coins).toBe(490));
  const wrong = await does(() => refusal(screen.now.join({ acceptPrice: 40 })));
  expect([wrong.code, wrong.details.price_coins]).toEqual(['price_changed', 50]);
  await does(() => screen.now.join({ acceptPrice: 50 }));
  await screen.shows((live) => expect([live.state, live.chargedCoins]).toEqual(['live', 50]));
  await wallet.shows((coins) => expect(coins).toBe(440));

  const broke = await signIn('broke');
  const outside = session(broke, id, false);
  expect(await does(() => refusal(outside.now.join({ acceptPrice: 50 })))).toMatchObject({
    code: 'insufficient_coins',
  });
  await does(async () => stage.now.host?.end());
}, 60_000);

test('what is for subscribers lets the subscriber in, and nobody else', async () => {
  const id = await does(() =>
    creator.client.createSession({ type: 'video_live', title: 'Rehearsal', access: 'subscribers_only' }),
  );
  const stage = session(creator, id, false);
  await does(async () => stage.now.host?.goLive());
  const outside = session(viewer, id);
  await outside.shows((live) => expect(live.lock).toEqual({ lock: 'subscribe' }));
  const subscriber = await signIn('subscriber');
  const inside = session(subscriber, id);
  await inside.shows((live) => expect(live.state).toBe('live'));
  await does(async () => stage.now.host?.kick(subscriber.id));
  await inside.shows((live) => expect([live.state, live.endReason]).toEqual(['ended', 'removed']));
  expect(await does(() => refusal(inside.now.join()))).toMatchObject({ code: 'banned' });
  await does(async () => stage.now.host?.end());
}, 60_000);

test('unknown ids and what is none are refused by the name of what is wrong', async () => {
  const unknown = session(viewer, '00000000-0000-4000-8000-000000000000', false);
  expect(await does(() => refusal(unknown.now.join()))).toMatchObject({ code: 'not_found' });
  const wrong = session(viewer, 'evening', false);
  const error = await does(() => refusal(wrong.now.join()));
  expect([error.code, error.details.field]).toEqual(['invalid_argument', 'session_id']);
  const creating = creator.client.createSession({ type: 'video_live', title: '' });
  expect((await does(() => refusal(creating))).details.field).toBe('title');
}, 60_000);

test('a call rings, is answered, talks and is hung up', async () => {
  const [caller, callee] = [phone(viewer), phone(creator)];
  await does(() => caller.now.start(creator.id));
  await caller.shows(({ call }) => expect(call).toMatchObject({ state: 'ringing', peerId: creator.id }));
  await callee.shows(({ incoming }) => expect(incoming).toMatchObject({ peerId: viewer.id, isVideo: false }));
  await does(() => callee.now.accept());
  for (const side of [caller, callee]) {
    await side.shows(({ call, microphone }) => expect([call?.state, microphone.enabled]).toEqual(['active', true]));
  }
  await does(() => caller.now.microphone.set(false));
  await caller.shows(({ microphone }) => expect(microphone).toMatchObject({ enabled: false, pending: false }));
  await does(() => caller.now.hangUp());
  for (const side of [caller, callee]) await side.shows(({ call }) => expect(call?.endReason).toBe('hung_up'));
}, 60_000);

test('a call is declined, another one cancelled', async () => {
  const [caller, callee] = [phone(viewer), phone(creator)];
  await does(() => caller.now.start(creator.id, { video: true }));
  await callee.shows(({ incoming }) => expect(incoming?.isVideo).toBe(true));
  await does(() => callee.now.decline());
  await caller.shows(({ call }) => expect(call?.endReason).toBe('declined'));
  await callee.shows(({ incoming }) => expect(incoming).toBeNull());
  await does(() => caller.now.start(creator.id));
  await callee.shows(({ incoming }) => expect(incoming).not.toBeNull());
  await does(() => caller.now.hangUp());
  await callee.shows(({ incoming }) => expect(incoming).toBeNull());
}, 60_000);

test('after the LiveKit server was killed, everybody is back by themselves', async () => {
  const id = await does(() => creator.client.createSession({ type: 'video_live', title: 'Storm' }));
  const stage = session(creator, id, false);
  await does(async () => stage.now.host?.goLive());
  await does(() => stage.now.camera.set(true));
  const screen = session(viewer, id);
  await screen.shows((live) => expect(live.stage[0]?.hasCamera).toBe(true));
  await stack.kill('livekit');
  await screen.shows((live) => expect(live.state).toBe('reconnecting'));
  await stack.start('livekit');
  for (const side of [stage, screen]) await side.shows((live) => expect(live.state).toBe('live'));
  await screen.shows((live) => expect(live.stage[0]?.hasCamera).toBe(true));
  await does(async () => stage.now.host?.end());
}, 60_000);

test('whoever signs out leaves, and the next user of the app is somebody else', async () => {
  const id = await does(() => creator.client.createSession({ type: 'video_live', title: 'Late' }));
  const stage = session(creator, id, false);
  await does(async () => stage.now.host?.goLive());
  const guest = await signIn('subscriber');
  const screen = session(guest, id);
  await stage.shows((live) => expect(live.viewerCount).toBe(1));
  await does(async () => void (await guest.supabase.auth.signOut()));
  await screen.shows((live) => expect(live.state).toBe('idle'));
  await stage.shows((live) => expect(live.viewerCount).toBe(0));
  expect(await refusal(guest.client.balance())).toMatchObject({ code: 'not_authenticated' });
  const { email, password, id: next } = stack.user('other_creator');
  await does(async () => void (await guest.supabase.auth.signInWithPassword({ email, password })));
  await does(() => guest.client.connected());
  expect(guest.client.status.get()).toEqual({ status: 'ready', userId: next });
  await does(async () => stage.now.host?.end());
}, 60_000);
