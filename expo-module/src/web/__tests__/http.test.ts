import type { LiveError } from '../../generated/bridge';
import { asLiveError } from '../errors';
import { Http } from '../http';
import { Outbox } from '../outbox';
import { Tokens } from '../tokens';

const jwt = `e30.${btoa(JSON.stringify({ sub: 'user', exp: Date.now() / 1000 + 3_600 }))}.sig`;

function answering(...answers: Response[]) {
  const asked: [string, RequestInit][] = [];
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    return answers.shift();
  }) as typeof fetch;
  const tokens = new Tokens(new Outbox());
  tokens.set(jwt);
  return { http: new Http({ supabase_url: 'https://a.test/', anon_key: 'anon' }, tokens), asked };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  const head = new Map(Object.entries(headers));
  return {
    ok: status < 300,
    status,
    headers: { get: (name: string) => head.get(name) ?? null },
    json: async () => {
      if (typeof body === 'string') throw new SyntaxError(body);
      return body;
    },
  } as unknown as Response;
}

async function refusal(asking: Promise<unknown>): Promise<LiveError> {
  return asking.then(
    () => {
      throw new Error('it was granted');
    },
    (thrown: unknown) => asLiveError(thrown),
  );
}

describe('an edge function', () => {
  it('is asked as the user, with the key of the tap', async () => {
    const { http, asked } = answering(json(200, { balance: 5 }));
    await expect(http.call('send-gift', { coins: 5 }, 'key')).resolves.toEqual({ balance: 5 });
    expect(asked[0]?.[0]).toBe('https://a.test/functions/v1/send-gift');
    expect(asked[0]?.[1].headers).toMatchObject({ Authorization: `Bearer ${jwt}`, 'Idempotency-Key': 'key' });
  });

  it('refuses in its own words', async () => {
    const error = { code: 'price_changed', message: 'costs 30', retryable: false, details: { price_coins: 30 } };
    const { http } = answering(json(409, { error }));
    expect(await refusal(http.call('join-session', {}))).toEqual(error);
  });

  it("that a gateway answers for is judged by the status, and a newer server's code is internal", async () => {
    const { http } = answering(
      json(503, 'a page', { 'Retry-After': '2' }),
      json(418, { error: { code: 'moon_phase', message: 'no', retryable: false } }),
    );
    expect(await refusal(http.call('a', {}))).toMatchObject({
      code: 'internal',
      retryable: true,
      retry_after_ms: 2000,
    });
    expect(await refusal(http.call('a', {}))).toMatchObject({ code: 'internal', retryable: false, details: {} });
  });
});

it.each([
  [
    'rate_limited',
    429,
    { code: 'rate_limited', message: 'slow', details: '{"limit":"slow_mode","retry_after_ms":4200}' },
  ],
  ['forbidden', 403, { code: '42501', message: 'no', details: null }],
  ['not_found', 409, { code: '23503', message: 'no', details: null }],
  ['conflict', 409, { code: '23505', message: 'no', details: null }],
  ['invalid_argument', 400, { code: '23514', message: 'violates "live_messages_body_check"', details: null }],
  ['internal', 500, { code: 'XX000', message: 'no', details: null }],
])("a table's refusal is %s", async (code, status, body) => {
  const { http } = answering(json(status, body));
  const error = await refusal(http.insert('live_messages', {}));
  expect(error.code).toBe(code);
  if (code === 'rate_limited') expect(error).toMatchObject({ retry_after_ms: 4200, details: { limit: 'slow_mode' } });
  if (code === 'invalid_argument') expect(error.details.field).toBe('body');
});
