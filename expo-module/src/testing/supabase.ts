import type { SupabaseLike, SupabaseSession } from '../client/supabase';

type Listener = (event: string, session: SupabaseSession | null) => void;

/** A Supabase client that says who is signed in, and nothing else. */
export class FakeSupabase implements SupabaseLike {
  readonly supabaseUrl = 'https://fake.supabase.co';
  readonly supabaseKey = 'sb_publishable_fake';
  /** How often a token was renewed. */
  renewals = 0;
  #session: SupabaseSession | null = null;
  readonly #listeners = new Set<Listener>();

  constructor(user: string | null) {
    this.#session = user === null ? null : sessionOf(user, 0);
  }

  readonly auth: SupabaseLike['auth'] = {
    getSession: async () => this.#answer(),
    refreshSession: async () => {
      this.renewals += 1;
      if (this.#session) this.#session = sessionOf(this.#session.user.id, this.renewals);
      return this.#answer();
    },
    onAuthStateChange: (listener) => {
      this.#listeners.add(listener);
      queueMicrotask(() => listener('INITIAL_SESSION', this.#session));
      return { data: { subscription: { unsubscribe: () => this.#listeners.delete(listener) } } };
    },
  };

  signIn(user: string): void {
    this.#become('SIGNED_IN', sessionOf(user, 0));
  }

  signOut(): void {
    this.#become('SIGNED_OUT', null);
  }

  #become(event: string, session: SupabaseSession | null): void {
    this.#session = session;
    for (const listener of [...this.#listeners]) listener(event, session);
  }

  #answer() {
    return { data: { session: this.#session }, error: null };
  }
}

function sessionOf(id: string, renewal: number): SupabaseSession {
  return { access_token: `token of ${id} ${renewal}`, user: { id } };
}
