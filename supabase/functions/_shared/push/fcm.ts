// Google's push service: FCM HTTP v1, with an OAuth token that a service account gets.

import { importPKCS8, SignJWT } from "jose";
import type { Config } from "../config.ts";
import { credential, forget } from "./credentials.ts";
import { attemptTimeoutMs, NotAdmitted, type Outcome, type Push, retryAfterMs } from "./push.ts";

type ServiceAccount = NonNullable<Config["FCM_SERVICE_ACCOUNT"]>;

const scope = "https://www.googleapis.com/auth/firebase.messaging";
const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const assertionSeconds = 300;
// Renewed before it ends, so that none ends on its way.
const marginSeconds = 300;

/** Tells an Android phone something in a message of data alone, which the app gets even when it sleeps. */
export async function sendData(config: Config, push: Push, data: Record<string, string>): Promise<Outcome> {
  const account = config.FCM_SERVICE_ACCOUNT;
  if (!account) return { outcome: "refused", error: "FCM is not configured" };
  const name = `fcm:${account.client_email}:${account.private_key_id}`;
  const token = await credential(config, name, () => accessToken(account));
  const seconds = Math.max(0, push.expires_at - Math.floor(Date.now() / 1000));
  const response = await fetch(`${config.FCM_URL}/v1/projects/${account.project_id}/messages:send`, {
    method: "POST",
    headers: { "authorization": `Bearer ${token}`, "content-type": "application/json" },
    // One key for a call: a phone that was away gets the end of the ring instead of the ring.
    body: JSON.stringify({
      message: {
        token: push.token,
        data,
        android: { priority: "HIGH", ttl: `${seconds}s`, collapse_key: push.call_id },
      },
    }),
    signal: AbortSignal.timeout(attemptTimeoutMs),
  });
  const answer = await response.text();
  if (response.ok) return { outcome: "delivered" };
  if (response.status === 401) await forget(config, name, token);
  return judge(response.status, answer, response.headers);
}

async function accessToken(account: ServiceAccount) {
  const now = Math.floor(Date.now() / 1000);
  const assertion = await new SignJWT({ scope })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: account.private_key_id })
    .setIssuer(account.client_email).setAudience(account.token_uri).setIssuedAt(now)
    .setExpirationTime(now + assertionSeconds)
    .sign(await importPKCS8(account.private_key, "RS256"));
  const response = await fetch(account.token_uri, {
    method: "POST",
    body: new URLSearchParams({ grant_type: grant, assertion }),
    signal: AbortSignal.timeout(attemptTimeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    const message = `Google's token endpoint answered ${response.status}`;
    throw response.status < 500 && response.status !== 429 ? new NotAdmitted(message) : new Error(message);
  }
  const { access_token, expires_in } = await response.json();
  return { value: String(access_token), ends_at: new Date((now + Number(expires_in) - marginSeconds) * 1000) };
}

function judge(status: number, body: string, headers: Headers): Outcome {
  const code = errorCode(body);
  const error = `FCM answered ${status} ${code ?? ""}`.trimEnd();
  if (code === "UNREGISTERED") return { outcome: "gone" };
  if (status === 401 || status === 429 || status >= 500) {
    return { outcome: "retry", error, retry_after_ms: retryAfterMs(headers) };
  }
  return { outcome: "refused", error };
}

/** FCM's own code out of the details of an error, or else the general status. */
function errorCode(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body);
    const details: { errorCode?: unknown }[] = Array.isArray(error.details) ? error.details : [];
    const code = details.find((detail) => detail.errorCode !== undefined)?.errorCode ?? error.status;
    return typeof code === "string" && /^\w{1,40}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
