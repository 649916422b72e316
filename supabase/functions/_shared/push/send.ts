// Sends what the database has claimed, and tells it what became of it.

import { background } from "../background.ts";
import type { Config } from "../config.ts";
import { decide } from "../database.ts";
import { log } from "../log.ts";
import { signTicket } from "../tickets.ts";
import { sendVoip } from "./apns.ts";
import { sendData } from "./fcm.ts";
import { NotAdmitted, type Outcome, type Push } from "./push.ts";

const mostRounds = 5;

/** Sends while the answer is on its way already. What fails is tried again by `sweep`, for as long as it rings. */
export function sendInBackground(config: Config, pushes: Push[] | undefined): void {
  if (pushes && pushes.length > 0) background("push", sendAll(config, pushes));
}

async function sendAll(config: Config, claimed: Push[]): Promise<void> {
  for (let round = 0; claimed.length > 0 && round < mostRounds; round += 1) {
    const results = await Promise.all(claimed.map(async (push) => ({ id: push.id, ...await attempt(config, push) })));
    claimed = await decide<Push[]>(config, "settle_pushes", { p_results: results });
  }
}

async function attempt(config: Config, push: Push): Promise<Outcome> {
  const outcome = await send(config, push).catch(failed);
  const error = "error" in outcome ? outcome.error : undefined;
  const level = outcome.outcome === "refused" ? "error" : "info";
  log(level, { event: "push", push: push.event, kind: push.kind, id: push.id, outcome: outcome.outcome, error });
  return outcome;
}

// The kind of an error only: its message may hold an address with a token in it.
function failed(error: unknown): Outcome {
  if (error instanceof NotAdmitted) return { outcome: "refused", error: error.message };
  return { outcome: "retry", error: `not reached: ${error instanceof Error ? error.name : "not an error"}` };
}

async function send(config: Config, push: Push): Promise<Outcome> {
  const data = push.event === "ring"
    ? { ...push.data, answer_ticket: await signTicket(config, { ...push, kind: "answer" }, push.expires_at) }
    : push.data;
  switch (push.kind) {
    case "apns_voip":
      return await sendVoip(config, push, data);
    case "fcm":
      return await sendData(config, push, data);
  }
}
