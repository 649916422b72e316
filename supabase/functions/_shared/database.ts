// Decisions: one function of schema `live`, one transaction, one round trip.

import type { Config } from "./config.ts";
import { log } from "./log.ts";
import { isErrorCode, Refusal } from "./refusal.ts";

const timeoutMs = 10_000;
/** A deadlock, and a transaction that another one overtook: undone as a whole, and worth another try. */
const undone = new Set(["40P01", "40001"]);
const tries = 3;

/**
 * Calls `live.<name>`. A refusal of the database (SQLSTATE LIVE0) is thrown as it is; anything else is `internal`. A decision
 * that was undone because of another one at the same time is asked for again, three times in all.
 */
export async function decide<Answer>(config: Config, name: string, args: Record<string, unknown>): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  for (let attempt = 1;; attempt++) {
    const { response, answer } = await ask(config, name, args, signal);
    if (response.ok) return answer as Answer;
    if (answer?.code === "LIVE0" && isErrorCode(answer.hint)) {
      throw new Refusal(answer.hint, answer.message, JSON.parse(answer.details ?? "{}"));
    }
    const again = undone.has(answer?.code) && attempt < tries;
    log(again ? "warn" : "error", {
      event: "database",
      function: name,
      status: response.status,
      sqlstate: answer?.code,
      message: answer?.message,
      attempt,
    });
    if (!again) throw new Refusal("internal", "The database could not decide.");
    await new Promise((resolve) => setTimeout(resolve, attempt * (20 + Math.random() * 60)));
  }
}

async function ask(config: Config, name: string, args: Record<string, unknown>, signal: AbortSignal) {
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
    signal,
  });
  return { response, answer: await response.json().catch(() => null) };
}
