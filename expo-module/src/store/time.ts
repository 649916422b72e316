import type { MessageKey } from '../generated/bridge';

const SECONDS = '2026-01-01T00:00:00'.length;

/** Orders what was created at a time, by the time and then by the id; times are UTC, and finer than a `Date` can tell. */
export function inOrder(one: MessageKey, other: MessageKey): number {
  return (
    compare(one.created_at.slice(0, SECONDS), other.created_at.slice(0, SECONDS)) ||
    compare(fraction(one.created_at), fraction(other.created_at)) ||
    compare(one.id, other.id)
  );
}

/** The digits below the second, without which "05Z" would come after "05.1Z". */
function fraction(time: string): string {
  return /\.(\d+)/.exec(time)?.[1]?.padEnd(9, '0') ?? '000000000';
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
