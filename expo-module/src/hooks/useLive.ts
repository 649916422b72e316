import type { ClientStatus, LiveClient } from '../client/client';
import { useClient } from './context';
import { useReadable } from './useReadable';

/**
 * The client itself, for what belongs to no session and no call: opening a session, blocking, do not disturb.
 *
 * @example
 * ```tsx
 * const client = useLiveClient();
 * const id = await client.createSession({ type: 'video_live', title: 'Evening' });
 * ```
 */
export function useLiveClient(): LiveClient {
  return useClient('useLiveClient');
}

/** Whether somebody is signed in and there is something to run on; `failed` says what is missing, as in Expo Go. */
export function useLiveStatus(): ClientStatus {
  return useReadable(useClient('useLiveStatus').status);
}
