import type { RemoteParticipant } from 'livekit-client';

import type { Envelope, RoomChange } from '../../generated/bridge';
import { Facts } from '../facts';
import { Members } from '../members';
import { Outbox } from '../outbox';
import { Tokens } from '../tokens';

const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve));
const ada = '11111111-1111-4111-8111-111111111111';

function read(outbox: Outbox): Envelope[] {
  const told: Envelope[] = [];
  outbox.subscribe((update) => told.push(update));
  return told;
}

describe('the stream of updates', () => {
  it('flags what came before a host attached, and tells nothing from inside the call that caused it', async () => {
    const outbox = new Outbox();
    const told = read(outbox);
    outbox.push({ update: 'session', session: 1, change: 'closed' });
    await turn();
    expect(told).toEqual([]);
    outbox.attach();
    outbox.push({ update: 'session', session: 2, change: 'closed' });
    expect(told).toEqual([]);
    await turn();
    expect(told).toMatchObject([
      { seq: 1, flushed: true, session: 1 },
      { seq: 2, flushed: false, session: 2 },
    ]);
  });

  it('begins with a resync when a host attaches again', async () => {
    const outbox = new Outbox();
    outbox.attach();
    const told = read(outbox);
    outbox.onStartOver = () => outbox.push({ update: 'session', session: 1, change: 'closed' }, true);
    outbox.attach();
    await turn();
    expect(told).toMatchObject([{ update: 'resync' }, { update: 'session', flushed: true }]);
  });
});

it('a fact is told when it changed, and all of them again when that is asked', () => {
  const told: unknown[] = [];
  const facts = new Facts<{ n: number }>((change, again) => told.push([change.n, again]));
  facts.tell('n', { n: 1 });
  facts.tell('n', { n: 1 });
  facts.tell('n', { n: 2 });
  facts.again(() => facts.tell('n', { n: 2 }));
  expect(told).toEqual([
    [1, false],
    [2, false],
    [2, true],
  ]);
});

describe('the people of a room', () => {
  const participant = (attributes: Record<string, string>, identity = ada) =>
    ({ identity, attributes, trackPublications: new Map() }) as unknown as RemoteParticipant;

  it('are told together, whole, and only when something of them changed', async () => {
    const told: RoomChange[] = [];
    const members = new Members((change) => told.push(change));
    members.changed(participant({ role: 'viewer' }));
    members.changed(participant({ role: 'speaker' }));
    members.changed(participant({ role: 'speaker' }, 'EG_recorder'));
    await turn();
    members.changed(participant({ role: 'speaker' }));
    await turn();
    expect(told).toEqual([
      { room: 'members', value: { changed: [{ user: ada, role: 'speaker', tracks: [] }], left: [] } },
    ]);
    members.left(participant({}));
    await turn();
    expect(told.at(-1)).toEqual({ room: 'members', value: { changed: [], left: [ada] } });
  });

  it('speak, and only who began or fell silent is told', () => {
    const told: RoomChange[] = [];
    const members = new Members((change) => told.push(change));
    members.speakers([participant({})], null);
    members.speakers([participant({})], null);
    members.speakers([], null);
    expect(told.map((change) => change.value)).toEqual([
      { user: ada, speaking: true },
      { user: ada, speaking: false },
    ]);
  });
});

describe('access tokens', () => {
  const token = (sub: string, exp: number) => `e30.${btoa(JSON.stringify({ sub, exp }))}.sig`;
  const inAnHour = Date.now() / 1000 + 3_600;

  it('are asked for once for all who wait', async () => {
    const outbox = new Outbox();
    const told = read(outbox);
    const tokens = new Tokens(outbox);
    const waiting = [tokens.get(), tokens.get()];
    await turn();
    expect(told).toMatchObject([{ update: 'token_wanted', rejected: false }]);
    tokens.set(token(ada, inAnHour));
    for (const one of await Promise.all(waiting)) expect(one.userId).toBe(ada);
    expect((await tokens.get()).userId).toBe(ada);
    expect(told).toHaveLength(1);
  });

  it('are wanted anew when the server refused one', async () => {
    const outbox = new Outbox();
    const told = read(outbox);
    const tokens = new Tokens(outbox);
    tokens.set(token(ada, inAnHour));
    const renewed = tokens.get((await tokens.get()).jwt);
    await turn();
    expect(told).toMatchObject([{ update: 'token_wanted', rejected: true }]);
    tokens.set(token(ada, inAnHour + 1));
    expect((await renewed).expiresAt).toBeCloseTo((inAnHour + 1) * 1000);
  });

  it('that are none are refused by name, and whoever waits learns that nobody is signed in', async () => {
    const tokens = new Tokens(new Outbox());
    const waiting = tokens.get();
    expect(() => tokens.set('nonsense')).toThrow('invalid_argument');
    await expect(waiting).rejects.toThrow('not_authenticated');
  });
});
