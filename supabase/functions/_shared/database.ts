// Decisions: one function of schema `live`, one transaction, one round trip.

import type { Config } from "./config.ts";
import { log } from "./log.ts";
import { isErrorCode, Refusal } from "./refusal.ts";

const timeoutMs = 10_000;

/** Calls `live.<name>`. A refusal of the database (SQLSTATE LIVE0) is thrown as it is; anything else is `internal`. */
export async function decide<Answer>(config: Config, name: string, args: Record<string, unknown>): Promise<Answer> {
  const response = await fetch(`${config.SUPABASE_URL}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: {
      "apikey": config.SUPABASE_SERVICE_ROLE_KEY,
      "authorization": `Bearer ${config.SUPABASE_SERVICE_ROLE_KEY}`,
      "content-type": "application/json",
      "content-profile": "live",
      ...(config.clientAddress ? { "x-client-address": config.clientAddress } : {}),
    },
    body: JSON.stringify(args),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  if (answer?.code === "LIVE0" && isErrorCode(answer.hint)) {
    throw new Refusal(answer.hint, answer.message, JSON.parse(answer.details ?? "{}"));
  }
  log("error", {
    event: "database",
    function: name,
    status: response.status,
    sqlstate: answer?.code,
    message: answer?.message,
  });
  throw new Refusal("internal", "The database could not decide.");
}
