import { useCallback, useState } from 'react';

import { LiveError } from '../errors';

/** Runs what the user asked for, says whether anything is under way, and hands on what was refused. */
export function usePending(onError: (error: LiveError) => void) {
  const [count, setCount] = useState(0);
  const run = useCallback(
    async (action: () => Promise<void>) => {
      setCount((count) => count + 1);
      try {
        await action();
      } catch (error) {
        if (!(error instanceof LiveError)) throw error;
        onError(error);
      } finally {
        setCount((count) => count - 1);
      }
    },
    [onError],
  );
  return [count > 0, run] as const;
}
