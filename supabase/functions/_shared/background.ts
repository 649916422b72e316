// Work that the answer doesn't wait for.

import { log } from "./log.ts";

/** The part of Supabase's runtime that is used here. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void };

/** Lets `work` go on after the answer. What becomes of it is in the log alone. */
export function background(name: string, work: Promise<unknown>): void {
  EdgeRuntime.waitUntil(work.catch((error) => {
    log("error", { event: "background", work: name, message: error instanceof Error ? error.name : "not an error" });
  }));
}
