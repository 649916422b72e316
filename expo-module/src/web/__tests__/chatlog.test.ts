import type { ChatMessage } from '../../generated/bridge';
import { counts } from '../../generated/rules';
import { ChatLog } from '../chatlog';
import { liveError } from '../errors';

const me = 'me';

function message(number: number, user_id = 'somebody', body = `message ${number}`): ChatMessage {
  const created_at = new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString();
  return { id: `id-${String(number).padStart(4, '0')}`, session_id: 'session', user_id, body, created_at };
}

const bodies = (log: ChatLog) => log.change(true)?.added.map((one) => one.body);

describe('a chat', () => {
  it('holds what was told in whatever order, once', () => {
    const log = new ChatLog(me);
    for (const number of [3, 1, 3, 2]) log.created(message(number));
    expect(bodies(log)).toEqual(['message 1', 'message 2', 'message 3']);
  });

  it('tells what came and what went, and nothing twice', () => {
    const log = new ChatLog(me);
    log.created(message(1));
    expect(log.change()).toMatchObject({ added: [{ body: 'message 1' }], removed: [] });
    expect(log.change()).toBeNull();
    log.deleted('id-0001');
    expect(log.change()).toMatchObject({ added: [], removed: ['id-0001'] });
    log.created(message(1));
    expect(log.change()).toBeNull();
  });

  it('is what the database has, and what was told while it was asked', () => {
    const log = new ChatLog(me);
    log.created(message(1));
    const fetch = log.fetch();
    log.created(message(9));
    log.fetched(fetch, [message(3), message(2)]);
    expect(bodies(log)).toEqual(['message 2', 'message 3', 'message 9']);
  });

  it('ignores the answer to a fetch that another one overtook', () => {
    const log = new ChatLog(me);
    const [old, latest] = [log.fetch(), log.fetch()];
    log.fetched(old, [message(1)]);
    log.fetched(latest, [message(2)]);
    expect(bodies(log)).toEqual(['message 2']);
  });

  it('keeps the newest, and knows when older ones were said', () => {
    const log = new ChatLog(me);
    expect(log.change(true)?.from_the_beginning).toBe(true);
    for (let number = 0; number <= counts.chatWindow; number += 1) log.created(message(number));
    expect(bodies(log)).toHaveLength(counts.chatWindow);
    expect(log.change(true)).toMatchObject({ from_the_beginning: false });
  });
});

describe("a user's own message", () => {
  it('is pending at once, and becomes a message', () => {
    const log = new ChatLog(me);
    const id = log.send('hello');
    expect(log.change()).toMatchObject({ added: [], pending: [{ id, body: 'hello', error: null }] });
    log.sent(id, message(1, me, 'hello'));
    expect(log.change()).toMatchObject({ added: [{ body: 'hello' }], pending: [] });
  });

  it('is shown once when it is told before it is answered', () => {
    const log = new ChatLog(me);
    const id = log.send('hello');
    log.created(message(1, me, 'hello'));
    expect(log.change()).toMatchObject({ added: [{ body: 'hello' }], pending: [] });
    log.sent(id, message(1, me, 'hello'));
    expect(log.change()).toBeNull();
  });

  it('was said when it was told although its answer was lost', () => {
    const log = new ChatLog(me);
    const id = log.send('hello');
    log.created(message(1, me, 'hello'));
    expect(log.refused(id, liveError('internal', 'lost'))).toMatchObject({ body: 'hello' });
    expect(log.change(true)?.pending).toEqual([]);
  });

  it('that was refused stays with its error until it is dismissed', () => {
    const log = new ChatLog(me);
    const id = log.send('hello');
    log.refused(id, liveError('rate_limited', 'slow'));
    expect(log.change()?.pending).toMatchObject([{ id, error: { code: 'rate_limited' } }]);
    log.dismiss(id);
    expect(log.change()?.pending).toEqual([]);
  });
});
