// How requests were answered, counted here and added up in the database every few seconds, after the answers.

import { background } from "./background.ts";
import type { Config } from "./config.ts";
import { decide } from "./database.ts";

type Count = { function_name: string; code: string; le_ms: number; count: number; total_ms: number };

const bucketsMs = [25, 50, 100, 250, 500, 1000, 2500, 2_147_483_647];
const flushAfterMs = 2_000;
const counts = new Map<string, Count>();

/** Counts an answer: `ok`, or the code of a refusal. */
export function countRequest(config: Config | null, name: string, code: string, ms: number): void {
  // Without anybody who reads them, nothing is counted.
  if (config === null || !config.METRICS_TOKEN) return;
  const le_ms = bucketsMs.find((bucket) => ms <= bucket) ?? bucketsMs[bucketsMs.length - 1];
  const key = `${name} ${code} ${le_ms}`;
  const isFirst = counts.size === 0;
  const count = counts.get(key) ?? { function_name: name, code, le_ms, count: 0, total_ms: 0 };
  counts.set(key, { ...count, count: count.count + 1, total_ms: count.total_ms + ms });
  if (isFirst) background("request counts", flush(config));
}

async function flush(config: Config): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, flushAfterMs));
  const taken = [...counts.values()];
  counts.clear();
  await decide(config, "add_request_counts", { p_counts: taken });
}
