// What the push services admit us by: made once, shared by all processes through the database, renewed in time.

import type { Config } from "../config.ts";
import { decide } from "../database.ts";

export type Credential = { value: string; ends_at: Date };

type Kept = { value: string; ends_at: string };

// One question at a time: pushes that are sent together wait for the same answer.
const known = new Map<string, Promise<Credential>>();

/** The credential in use under this name; `make` makes a new one where there is none. */
export async function credential(config: Config, name: string, make: () => Promise<Credential>): Promise<string> {
  let asked = known.get(name);
  if (!asked || (await asked.catch(() => ended)).ends_at <= new Date()) {
    asked = find(config, name, make);
    known.set(name, asked);
  }
  return (await asked).value;
}

/** Forgets a credential that was refused, here and for everybody. */
export async function forget(config: Config, name: string, value: string): Promise<void> {
  await decide(config, "drop_push_credential", { p_name: name, p_value: value });
  // Somebody else may have found the next one meanwhile.
  const found = await known.get(name)?.catch(() => ended);
  if (found?.value === value) known.delete(name);
}

const ended: Credential = { value: "", ends_at: new Date(0) };

async function find(config: Config, name: string, make: () => Promise<Credential>): Promise<Credential> {
  const shared = await decide<Kept | null>(config, "push_credential", { p_name: name });
  if (shared) return { value: shared.value, ends_at: new Date(shared.ends_at) };
  const { value, ends_at } = await make();
  const args = { p_name: name, p_value: value, p_ends_at: ends_at };
  const kept = await decide<Kept>(config, "keep_push_credential", args);
  return { value: kept.value, ends_at: new Date(kept.ends_at) };
}
