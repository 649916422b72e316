// Apple's push service, as "Sending notification requests to APNs" describes it: HTTP/2, which fetch negotiates.

import { importPKCS8, SignJWT } from "jose";
import type { Config } from "../config.ts";
import { credential, forget } from "./credentials.ts";
import { attemptTimeoutMs, type Outcome, type Push, retryAfterMs } from "./push.ts";

// A provider token is good for an hour, and may be renewed every twenty minutes at most.
const providerTokenMinutes = 40;

/** Rings an iPhone. */
export async function sendVoip(config: Config, push: Push, data: Record<string, string>): Promise<Outcome> {
  const { APNS_KEY_ID: keyId, APNS_TEAM_ID: teamId, APNS_PRIVATE_KEY: key } = config;
  if (!keyId || !teamId || !key) return { outcome: "refused", error: "APNs is not configured" };
  const name = `apns:${teamId}:${keyId}`;
  const token = await credential(config, name, () => providerToken(keyId, teamId, key));
  const response = await fetch(`${config.APNS_URL}/3/device/${encodeURIComponent(push.token)}`, {
    method: "POST",
    headers: {
      "authorization": `bearer ${token}`,
      "apns-id": push.id,
      "apns-topic": `${config.APNS_BUNDLE_ID}.voip`,
      "apns-push-type": "voip",
      "apns-priority": "10",
      "apns-expiration": String(push.expires_at),
    },
    body: JSON.stringify({ aps: {}, ...data }),
    signal: AbortSignal.timeout(attemptTimeoutMs),
  });
  const answer = await response.text();
  if (response.ok) return { outcome: "delivered" };
  const outcome = judge(response.status, answer, response.headers);
  if (outcome.outcome === "retry" && outcome.error.endsWith("ExpiredProviderToken")) await forget(config, name, token);
  return outcome;
}

async function providerToken(keyId: string, teamId: string, key: string) {
  const now = Math.floor(Date.now() / 1000);
  const value = await new SignJWT().setProtectedHeader({ alg: "ES256", kid: keyId }).setIssuer(teamId).setIssuedAt(now)
    .sign(await importPKCS8(key, "ES256"));
  return { value, ends_at: new Date((now + providerTokenMinutes * 60) * 1000) };
}

function judge(status: number, body: string, headers: Headers): Outcome {
  const { reason, timestamp } = reading(body);
  const error = `APNs answered ${status} ${reason ?? ""}`.trimEnd();
  if (status === 410) return { outcome: "gone", gone_at: timestamp === undefined ? undefined : new Date(timestamp) };
  if (status === 429 || status >= 500 || reason === "ExpiredProviderToken") {
    return { outcome: "retry", error, retry_after_ms: retryAfterMs(headers) };
  }
  return { outcome: "refused", error };
}

/** The body of an error; empty where it is somebody else's, such as a proxy's page. */
function reading(body: string): { reason?: string; timestamp?: number } {
  try {
    const { reason, timestamp } = JSON.parse(body);
    return {
      reason: typeof reason === "string" && /^\w{1,40}$/.test(reason) ? reason : undefined,
      timestamp: typeof timestamp === "number" ? timestamp : undefined,
    };
  } catch {
    return {};
  }
}
