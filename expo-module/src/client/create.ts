import type { HostFactory } from '../host';
import { checkOptions, LiveClient, type LiveClientOptions } from './client';
import { projectOf } from './supabase';

/** The client of each project that runs on this device itself: one device has one microphone and one ringing call. */
const clients = new Map<string, LiveClient>();

/**
 * The client of the project. A second one of the same project is the first one, following the newer Supabase client: a module that
 * a fast refresh runs again finds its calls going on.
 */
export function makeLiveClient(options: LiveClientOptions, platformHost: HostFactory): LiveClient {
  checkOptions(options);
  if (options.host) return new LiveClient(options, platformHost);
  const { supabaseUrl } = projectOf(options.supabase, options);
  const known = clients.get(supabaseUrl);
  if (known && known.status.get().status !== 'closed') {
    known.follow(options.supabase);
    return known;
  }
  const client = new LiveClient(options, platformHost);
  clients.set(supabaseUrl, client);
  return client;
}
