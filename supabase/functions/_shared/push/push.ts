// What is sent to a phone, and what may become of it.

/** `live.claim_pushes`. */
export type Push = {
  /** UUID; the same one for every try. */
  id: string;
  event: "ring" | "stop_ringing";
  kind: "apns_voip" | "fcm";
  /** The device's push token. */
  token: string;
  user_id: string;
  device_id: string;
  call_id: string;
  /** When it is of no use any more, in seconds since 1970: the end of the ring. */
  expires_at: number;
  data: Record<string, string>;
};

/** What the push service said; `live.settle_pushes` decides what follows. */
export type Outcome =
  | { outcome: "delivered" }
  /** The token is nobody's any more, since then where the service knows. */
  | { outcome: "gone"; gone_at?: Date }
  /** It may work another time. */
  | { outcome: "retry"; error: string; retry_after_ms?: number }
  /** It won't work another time: something is wrong with the push or with us. */
  | { outcome: "refused"; error: string };

/** A service doesn't take us for who we are; another try won't change that. The message names the status alone. */
export class NotAdmitted extends Error {}

/** How long one try may take. */
export const attemptTimeoutMs = 4_000;

/** `Retry-After` in milliseconds, where it is given in seconds; both services do. */
export function retryAfterMs(headers: Headers): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
