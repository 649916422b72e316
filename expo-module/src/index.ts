import type { LiveClient, LiveClientOptions } from './client/client';
import { makeLiveClient } from './client/create';
import { nativeHost } from './native/host';

/**
 * The live client of a Supabase project. Made once, outside of components; it follows who is signed in by itself.
 *
 * @throws {@link LiveError} `invalid_argument` naming the option that is wrong.
 *
 * @example
 * ```ts
 * export const live = createLiveClient({ supabase });
 * ```
 */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  return makeLiveClient(options, nativeHost);
}

export * from './exports';
