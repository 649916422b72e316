import type { AudioRoutes, CallReadinessItem, CallRequirement, DeviceHost } from '../host';

const nowhere: AudioRoutes = { route: null, routes: [] };

/** What no browser does; an app that is installed does. */
const phonesOnly: readonly CallRequirement[] = ['full_screen', 'push_token', 'call_kit'];

/** A browser, as far as calls are concerned: they ring while its page is open, and nowhere else. */
export const browserDevice: DeviceHost = {
  async readiness() {
    return [await permission('microphone'), await permission('camera'), ...phonesOnly.map(missing)];
  },
  async fix(requirement) {
    if (requirement !== 'microphone' && requirement !== 'camera') return;
    const wish = requirement === 'microphone' ? { audio: true } : { video: true };
    const stream = await navigator.mediaDevices.getUserMedia(wish).catch(() => null);
    for (const track of stream?.getTracks() ?? []) track.stop();
    changed();
  },
  audioRoutes: () => nowhere,
  selectAudioRoute() {
    // Where a page's sound comes out, the browser's user says.
  },
  subscribe(listener) {
    listeners.add(listener);
    globalThis.addEventListener?.('focus', listener);
    navigator.mediaDevices?.addEventListener('devicechange', listener);
    return () => {
      listeners.delete(listener);
      globalThis.removeEventListener?.('focus', listener);
      navigator.mediaDevices?.removeEventListener('devicechange', listener);
    };
  },
};

const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

function missing(requirement: CallRequirement): CallReadinessItem {
  return {
    requirement,
    status: 'blocked',
    reason: 'A browser has no such thing: calls ring while the page is open. The app on a phone rings always.',
  };
}

async function permission(requirement: 'microphone' | 'camera'): Promise<CallReadinessItem> {
  if (!globalThis.navigator?.mediaDevices) {
    const reason = 'The page needs a secure origin: https, or localhost.';
    return { requirement, status: 'blocked', reason };
  }
  const status = await navigator.permissions?.query({ name: requirement as PermissionName }).catch(() => null);
  if (status?.state === 'granted') return { requirement, status: 'ok' };
  if (status?.state === 'denied') {
    const reason = `The user denied the ${requirement}: only the browser's settings for this site give it back.`;
    return { requirement, status: 'blocked', reason };
  }
  return { requirement, status: 'fixable', fix: 'ask' };
}
