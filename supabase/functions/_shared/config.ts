// Settings, read once. What is missing or wrong is said in one line that names the setting and never its value.

import { z } from "zod";
import { log } from "./log.ts";

const url = (...schemes: string[]) =>
  z.string({ error: "is missing" }).refine((text) => {
    return URL.canParse(text) && schemes.includes(new URL(text).protocol);
  }, `is no ${schemes.map((scheme) => scheme.slice(0, -1)).join(" or ")} URL`);
const secret = (length: number) =>
  z.string({ error: "is missing" }).min(length, `is shorter than ${length} characters`);

const settings = z.object({
  SUPABASE_URL: url("http:", "https:").transform((text) => text.replace(/\/+$/, "")),
  SUPABASE_SERVICE_ROLE_KEY: secret(20),
  LIVEKIT_URL: url("ws:", "wss:", "http:", "https:"),
  LIVEKIT_API_KEY: secret(1),
  LIVEKIT_API_SECRET: secret(32),
  /** Where set, user tokens are HS256 with this; otherwise they are checked against the project's JWKS. */
  JWT_SECRET: secret(32).optional(),
  /** Where the issuer in user tokens is another address than SUPABASE_URL, as inside a container network. */
  JWT_ISSUER: z.string().min(1).optional(),
});

export type Config = z.output<typeof settings>;

export function readConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = settings.safeParse(present);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; "));
}

let cached: Config | null | undefined;

/** The settings, or null when they are wrong; then one line has said so, once. */
export function config(): Config | null {
  if (cached === undefined) {
    try {
      cached = readConfig(Object.fromEntries(Object.keys(settings.shape).map((name) => [name, Deno.env.get(name)])));
    } catch (error) {
      cached = null;
      log("error", { event: "configuration", message: (error as Error).message });
    }
  }
  return cached;
}
