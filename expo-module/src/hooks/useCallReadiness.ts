import { useCallback, useEffect, useState } from 'react';

import type { CallReadinessItem, CallRequirement } from '../host';
import { useClient } from './context';
import { useLatest, useReadable } from './useReadable';

/** What {@link useCallReadiness} returns. */
export interface CallReadinessView {
  /** `null` until the device was asked. */
  items: readonly CallReadinessItem[] | null;
  /** Nothing keeps a call from ringing. */
  isReady: boolean;
  /** Asks for the permission, opens the settings or fetches the token of that item, and looks again. */
  fix(requirement: CallRequirement): Promise<void>;
  /** Looks again. The device is looked at by itself when the app is back on the screen. */
  refresh(): Promise<void>;
}

/**
 * What calls need of this device, and what mends each. A browser has neither a lock screen nor CallKit, and says so.
 *
 * @example
 * ```tsx
 * const { items, fix } = useCallReadiness();
 * return <ReadinessList items={items ?? []} onFix={fix} />;
 * ```
 */
export function useCallReadiness(): CallReadinessView {
  const connection = useReadable(useClient('useCallReadiness').connection);
  const device = connection?.host.device;
  const [known, setKnown] = useState<{ of: typeof device; items: readonly CallReadinessItem[] } | null>(null);
  const newest = useLatest(device);
  const refresh = useCallback(async () => {
    const items = device ? await device.readiness() : [];
    if (newest.current === device) setKnown({ of: device, items });
  }, [device, newest]);
  const fix = useCallback(
    async (requirement: CallRequirement) => {
      await device?.fix(requirement);
      await refresh();
    },
    [device, refresh],
  );
  useEffect(() => {
    if (!device) return undefined;
    const look = () => void refresh().catch(() => undefined);
    look();
    return device.subscribe(look);
  }, [device, refresh]);
  const items = known && known.of === device ? known.items : null;
  return { items, isReady: items !== null && items.every((item) => item.status === 'ok'), fix, refresh };
}
