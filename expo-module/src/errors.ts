import type { ErrorCode, ErrorDetails, LiveError as LiveErrorData } from './generated/bridge';
import { errorCodes } from './generated/errors';

/** What the developer or the app does about each code. */
const fixes: Record<ErrorCode, string> = {
  invalid_argument: 'Correct the named field; the same request is refused again.',
  not_authenticated: 'Sign in with `supabase.auth` first, and keep that Supabase client for as long as the app lives.',
  payment_required:
    'Show the price in `details.price_coins`, then call `join({ acceptPrice })` with exactly that number.',
  insufficient_coins: 'Send the user to your coin store, then join again.',
  forbidden: 'Hide what `can` says the user may not do.',
  not_creator: 'Set `profiles.is_creator` for whoever may open sessions.',
  subscription_required: "Offer the creator's subscription, then call `join()` again.",
  banned: 'Nothing: show that this session is not for this user.',
  blocked: 'Nothing: one of both blocked the other.',
  role_not_allowed: 'Ask for it only while `can(...)` says so; a role changes what may be published.',
  not_found: 'Check the id; what a user may not know of is "not found" too.',
  conflict: 'Look at the state first: it does not allow this now.',
  already_live: 'End or rejoin the open session of this creator before opening another.',
  busy: 'Show that the other person is in a call, and offer to try again later.',
  answered_elsewhere: 'Nothing: the call goes on on another device.',
  price_changed: 'Show the new price in `details.price_coins`, and ask the user again.',
  session_full: 'Offer to try again: a place may become free.',
  session_ended: 'Lead back to the list: the session is over.',
  call_ended: 'Nothing: the call is over; `details.end_reason` says why.',
  rate_limited: 'Wait for `retryAfterMs`, then try again.',
  quota_exceeded: "Raise the plan's limit named in `details.limit`, or tell the user when it is free again.",
  media_unavailable:
    'Try again when the network is back; if it never works, check that LIVEKIT_URL is reachable from the device.',
  internal: 'Try again; if it stays, look into the log of the edge function of the same time.',
};

/** What a {@link LiveError} is made of, beside its code. */
export interface LiveErrorOptions {
  retryable?: boolean;
  retryAfterMs?: number;
  details?: ErrorDetails;
  /** Instead of what the code alone suggests. */
  fix?: string;
  cause?: unknown;
}

/**
 * A refusal or a failure. Everything that this package throws, rejects with or keeps as an error is one of these.
 *
 * @example
 * ```ts
 * try {
 *   await live.join();
 * } catch (error) {
 *   if (LiveError.is(error, 'payment_required')) showPrice(error.details.price_coins);
 * }
 * ```
 */
export class LiveError extends Error {
  override readonly name = 'LiveError';
  /** What happened, for the program; the same names as in SQL and in Rust. */
  readonly code: ErrorCode;
  /** Whether the very same request may succeed later. */
  readonly retryable: boolean;
  /** Milliseconds to wait before another try, where the server said so. */
  readonly retryAfterMs: number | undefined;
  /** More, where the code has more to say. */
  readonly details: ErrorDetails;
  /** What to do about it, for the developer. */
  readonly fix: string;

  constructor(code: ErrorCode, message: string, options: LiveErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? errorCodes[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
    this.fix = options.fix ?? fixes[code];
  }

  /** The error that the core told. */
  static from(data: LiveErrorData): LiveError {
    return new LiveError(data.code, data.message, {
      retryable: data.retryable,
      details: data.details,
      ...(data.retry_after_ms === undefined ? {} : { retryAfterMs: data.retry_after_ms }),
    });
  }

  /** Whether `error` is a LiveError, and where a code is given, of that code. */
  static is(error: unknown, code?: ErrorCode): error is LiveError {
    return error instanceof LiveError && (code === undefined || error.code === code);
  }
}

/** A mistake in the app's own code: the message says the mistake and the fix in one go, as it is read in a red box. */
export function misuse(field: string, message: string, fix: string): LiveError {
  return new LiveError('invalid_argument', `${message} ${fix}`, { details: { field }, fix });
}
