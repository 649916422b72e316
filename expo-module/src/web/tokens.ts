import type { Outbox } from './outbox';
import { refused } from './errors';
import { Deferred } from './time';

/** How long the host may take to answer, in milliseconds; it may have to renew its token over a bad network. */
const PATIENCE = 8_000;
/** One that ends within that many milliseconds is asked for anew. */
const MARGIN = 30_000;

interface AccessToken {
  jwt: string;
  userId: string;
  expiresAt: number;
}

/** Access tokens that the host's own Supabase session holds: refresh tokens rotate, so only one party may have them. */
export class Tokens {
  private current: AccessToken | null = null;
  private asking: Promise<AccessToken> | null = null;
  private answer: Deferred<void> | null = null;

  constructor(private readonly outbox: Outbox) {}

  /** The user's token, asked for once for all who wait; `refusedJwt` is one that the server doesn't take any more. */
  async get(refusedJwt?: string): Promise<AccessToken> {
    const { current } = this;
    if (current && current.jwt !== refusedJwt && current.expiresAt > Date.now() + MARGIN) return current;
    this.asking ??= this.ask(refusedJwt !== undefined).finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  /** The host says which token is good; also unasked, when its session changed. */
  set(jwt: string | null): void {
    let malformed: unknown;
    try {
      this.current = jwt === null ? null : parse(jwt);
    } catch (error) {
      this.current = null;
      malformed = error;
    }
    this.answer?.resolve();
    if (malformed !== undefined) throw malformed;
  }

  private async ask(rejected: boolean): Promise<AccessToken> {
    const answer = (this.answer = new Deferred<void>());
    this.outbox.push({ update: 'token_wanted', rejected });
    const late = () => answer.reject(refused('internal', "the host didn't say its token in time"));
    const timer = setTimeout(late, PATIENCE);
    try {
      await answer.promise;
    } finally {
      clearTimeout(timer);
      this.answer = null;
    }
    if (!this.current) throw refused('not_authenticated', 'nobody is signed in');
    return this.current;
  }
}

/** Reads whose token it is and until when; whether it is genuine, the server says. */
function parse(jwt: string): AccessToken {
  try {
    const [, payload = ''] = jwt.split('.');
    const claims: { sub?: unknown; exp?: unknown } = JSON.parse(
      atob(payload.replaceAll('-', '+').replaceAll('_', '/')),
    );
    if (typeof claims.sub === 'string' && typeof claims.exp === 'number') {
      return { jwt, userId: claims.sub, expiresAt: claims.exp * 1000 };
    }
  } catch {
    // Whatever is wrong with it, it is no token.
  }
  throw refused('invalid_argument', 'not an access token of Supabase Auth', { field: 'jwt' });
}
