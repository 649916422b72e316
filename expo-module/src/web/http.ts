import type { BridgeConfig, LiveError } from '../generated/bridge';
import { limits } from '../generated/rules';
import { Refused, isCode, liveError, parseCode, refused } from './errors';
import type { Tokens } from './tokens';

/** What goes over HTTP beside the token. */
interface Sent {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
}

/** Edge functions and tables of one Supabase project, as the signed-in user. Each request is one try. */
export class Http {
  private readonly base: string;

  constructor(
    private readonly config: BridgeConfig,
    private readonly tokens: Tokens,
  ) {
    this.base = config.supabase_url.replace(/\/+$/, '');
  }

  /** Posts to an edge function. */
  async call<T>(name: string, body: unknown, key?: string): Promise<T> {
    const headers = key === undefined ? {} : { 'Idempotency-Key': key };
    const response = await this.send(name, `functions/v1/${name}`, { method: 'POST', body, headers });
    if (!response.ok) throw await refusalOfFunction(name, response);
    return read<T>(name, response);
  }

  /** The rows that `query`, in PostgREST's language, reads or wrote. */
  async rows<T>(table: string, query: Record<string, string>, sent: Sent = {}): Promise<T[]> {
    const response = await this.table(table, query, sent);
    return read<T[]>(table, response);
  }

  /** Inserts a row without reading it back: some may be written by those who may not read them. */
  async insert(table: string, row: unknown): Promise<void> {
    await this.table(table, {}, { method: 'POST', body: row });
  }

  private async table(table: string, query: Record<string, string>, sent: Sent): Promise<Response> {
    const response = await this.send(table, `rest/v1/${table}?${new URLSearchParams(query)}`, sent);
    if (!response.ok) throw await refusalOfTable(table, response);
    return response;
  }

  /** Sends as the user; where the token isn't taken, once more with another. */
  private async send(endpoint: string, path: string, sent: Sent): Promise<Response> {
    const { jwt } = await this.tokens.get();
    const response = await this.attempt(endpoint, path, sent, jwt);
    if (response.status !== 401) return response;
    const renewed = await this.tokens.get(jwt);
    return renewed.jwt === jwt ? response : this.attempt(endpoint, path, sent, renewed.jwt);
  }

  private async attempt(endpoint: string, path: string, sent: Sent, jwt: string): Promise<Response> {
    const { method = 'GET', body, headers } = sent;
    try {
      return await fetch(`${this.base}/${path}`, {
        method,
        headers: {
          apikey: this.config.anon_key,
          Authorization: `Bearer ${jwt}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(limits.requestTimeout),
      });
    } catch {
      throw refused('internal', `${endpoint}: the connection was lost, or no answer came in time`);
    }
  }
}

async function read<T>(endpoint: string, response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw refused('internal', `${endpoint}: the answer is not of the contract`);
  }
}

async function refusalOfFunction(endpoint: string, response: Response): Promise<Refused> {
  const byStatus = withoutContract(endpoint, response);
  try {
    const { error } = (await response.json()) as { error: LiveError };
    return new Refused({ ...byStatus, ...error, code: parseCode(error.code), details: error.details ?? {} });
  } catch {
    return new Refused(byStatus);
  }
}

/** PostgREST's error: our triggers raise the contract's codes through it, PostgreSQL its SQLSTATEs. */
async function refusalOfTable(table: string, response: Response): Promise<Refused> {
  const byStatus = withoutContract(table, response);
  let told: { code: string; message: string; details: string | null };
  try {
    told = await response.json();
  } catch {
    return new Refused(byStatus);
  }
  if (isCode(told.code)) {
    const { retry_after_ms = byStatus.retry_after_ms, ...details } = detailsOf(told.details);
    const error = liveError(told.code, told.message, details);
    return new Refused(retry_after_ms === undefined ? error : { ...error, retry_after_ms });
  }
  const say = `${table}: SQLSTATE ${told.code}`;
  switch (told.code) {
    case '42501':
      return byStatus.code === 'not_authenticated' ? new Refused(byStatus) : refused('forbidden', say);
    case '23503':
      return refused('not_found', say);
    case '23505':
      return refused('conflict', say);
    case '23514':
      return refused('invalid_argument', say, checkedColumn(table, told.message));
    default:
      return new Refused(byStatus);
  }
}

function detailsOf(details: string | null): LiveError['details'] & { retry_after_ms?: number } {
  try {
    return JSON.parse(details ?? '{}');
  } catch {
    return {};
  }
}

/** The column whose check failed, by the name that PostgreSQL gives to the check of one column. */
function checkedColumn(table: string, message: string): LiveError['details'] {
  const field = new RegExp(`"${table}_(\\w+)_check"`).exec(message)?.[1];
  return field === undefined ? {} : { field };
}

/** The body is somebody else's, a proxy's page or PostgREST's error: the status alone is believed. */
function withoutContract(endpoint: string, { status, headers }: Response): LiveError {
  const message = `${endpoint}: HTTP status ${status}`;
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  const wait = Number.isFinite(seconds) ? { retry_after_ms: seconds * 1000 } : {};
  if (status === 401) return { ...liveError('not_authenticated', message), ...wait };
  if (status === 403) return { ...liveError('forbidden', message), ...wait };
  if (status === 429) return { ...liveError('rate_limited', message), ...wait };
  return { ...liveError('internal', message), retryable: status === 408 || status >= 500, ...wait };
}
