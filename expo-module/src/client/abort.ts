/** Why a signal was aborted; React Native's own signals don't say. */
export function abortReason(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason;
  if (reason !== undefined) return reason;
  const error = new Error('The request was given up.');
  error.name = 'AbortError';
  return error;
}
