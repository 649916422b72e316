import { misuse } from '../errors';

/** The signed-in user's session, as `supabase-js` has it. */
export interface SupabaseSession {
  access_token: string;
  user: { id: string };
}

interface SupabaseAnswer {
  data: { session: SupabaseSession | null };
  error: unknown;
}

/** What is used of a `supabase-js` client: the app's own, which stays the only owner of its refresh token. */
export interface SupabaseLike {
  auth: {
    getSession(): Promise<SupabaseAnswer>;
    refreshSession(): Promise<SupabaseAnswer>;
    onAuthStateChange(callback: (event: string, session: SupabaseSession | null) => void): {
      data: { subscription: { unsubscribe(): void } };
    };
  };
}

/** Where the project is, and the key that every app may have. */
export interface SupabaseProject {
  supabaseUrl: string;
  anonKey: string;
}

/** Reads the project off the client, which knows it but doesn't say so in its types. */
export function projectOf(supabase: SupabaseLike, given: Partial<SupabaseProject>): SupabaseProject {
  const known = supabase as { supabaseUrl?: unknown; supabaseKey?: unknown };
  const supabaseUrl = given.supabaseUrl ?? known.supabaseUrl;
  const anonKey = given.anonKey ?? known.supabaseKey;
  if (typeof supabaseUrl !== 'string' || !/^https?:\/\//.test(supabaseUrl)) {
    throw misuse(
      'supabaseUrl',
      "createLiveClient can't tell the project's URL from this Supabase client.",
      'Say `supabaseUrl: "https://<ref>.supabase.co"`.',
    );
  }
  if (typeof anonKey !== 'string' || anonKey === '') {
    throw misuse(
      'anonKey',
      "createLiveClient can't tell the project's public key from this Supabase client.",
      'Say `anonKey`, from the settings of the project, under API keys.',
    );
  }
  if (isSecret(anonKey)) {
    throw misuse(
      'anonKey',
      'This is a secret key: whoever has the app could read and change everything.',
      'Make the Supabase client with the public key (`anon`, or `sb_publishable_…`), and replace the secret one, which has leaked.',
    );
  }
  return { supabaseUrl, anonKey };
}

/** Whether `supabase` has what is used of it. */
export function checkSupabase(supabase: unknown): asserts supabase is SupabaseLike {
  const auth = (supabase as { auth?: Record<string, unknown> } | null | undefined)?.auth;
  const methods = ['getSession', 'refreshSession', 'onAuthStateChange'];
  if (!auth || methods.some((method) => typeof auth[method] !== 'function')) {
    throw misuse(
      'supabase',
      'createLiveClient needs the Supabase client that the app signs in with.',
      'Say `createLiveClient({ supabase })` with what `createClient` of @supabase/supabase-js returned.',
    );
  }
}

function isSecret(key: string): boolean {
  if (key.startsWith('sb_secret_')) return true;
  const payload = key.split('.')[1];
  if (payload === undefined) return false;
  try {
    const claims = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as { role?: unknown };
    return claims.role === 'service_role';
  } catch {
    // No JWT; the server judges it.
    return false;
  }
}
