import type { LiveClient, LiveClientOptions } from './client/client';
import { makeLiveClient } from './client/create';
import { misuse } from './errors';
import { createWebHostFactory, type RealtimeSource } from './web';

/** The live client of a Supabase project, in a browser: as on a phone, but for what a browser hasn't got. */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  return makeLiveClient(options, (project, user) => {
    const { supabase } = options;
    if (!hasRealtime(supabase)) {
      throw misuse(
        'supabase',
        'In a browser, news of sessions and calls comes over the Realtime connection of the Supabase client, and this one has none.',
        'Give createLiveClient what `createClient` of @supabase/supabase-js returned.',
      );
    }
    return createWebHostFactory({ supabase })(project, user);
  });
}

function hasRealtime(supabase: object): supabase is RealtimeSource {
  return 'channel' in supabase && 'removeChannel' in supabase;
}

export * from './exports';
