import type { BridgeHost, HostFactory } from '../host';
import { WebCore } from './core';
import { browserDevice } from './device';
import type { LoadLiveKit } from './link';
import type { RealtimeSource } from './realtime';
import { misuse } from '../errors';
import { webVideoView } from './WebVideoView';

/** What a browser's host is made over. */
export interface WebHostOptions {
  /** The supabase-js client of the app: its Realtime connection is listened on. */
  supabase: RealtimeSource;
  /** Loads `livekit-client`; the default imports the one that the app has installed. */
  loadLiveKit?: LoadLiveKit;
}

/** A host in the browser: LiveKit's official client for media, `fetch` for edge functions and tables, supabase-js for Realtime. */
export function createWebHostFactory({ supabase, loadLiveKit = importLiveKit }: WebHostOptions): HostFactory {
  return (project): BridgeHost => {
    const core = new WebCore(project, supabase, loadLiveKit);
    return {
      send: (request) => core.send(request),
      subscribe: (listener) => core.outbox.subscribe(listener),
      close: () => core.outbox.close(),
      device: browserDevice,
      VideoView: webVideoView(core),
    };
  };
}

async function importLiveKit() {
  try {
    const livekit = await import('livekit-client');
    // Its reports of every connection are for those who work on it.
    livekit.setLogLevel('warn');
    return livekit;
  } catch (cause) {
    throw misuse(
      'livekit-client',
      'On the web, rooms need livekit-client.',
      `Install it: npx expo install livekit-client. (${String(cause)})`,
    );
  }
}
