// Settings, read once. What is missing or wrong is said in one line that names the setting and never its value.

import { z } from "zod";
import { log } from "./log.ts";

const url = (...schemes: string[]) =>
  z.string({ error: "is missing" }).refine((text) => {
    return URL.canParse(text) && schemes.includes(new URL(text).protocol);
  }, `is no ${schemes.map((scheme) => scheme.slice(0, -1)).join(" or ")} URL`);
/** A key in PKCS #8 PEM; where the environment can't hold lines, with `\n` for their ends. */
const pem = z.string().transform((text) => text.replaceAll("\\n", "\n").trim())
  .refine((text) => text.startsWith("-----BEGIN PRIVATE KEY-----"), "is no private key in PEM");
const secret = (length: number) =>
  z.string({ error: "is missing" }).min(length, `is shorter than ${length} characters`);

/** The file of a Google service account. */
const serviceAccount = z.object({
  project_id: z.string().min(1),
  client_email: z.string().min(1),
  private_key_id: z.string().min(1),
  private_key: pem,
  token_uri: url("https:"),
});

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
  /** Where recordings go: storage that speaks S3, the five together. Without it nothing is recorded. */
  RECORDING_S3_ENDPOINT: url("http:", "https:").transform((text) => text.replace(/\/+$/, "")).optional(),
  RECORDING_S3_REGION: z.string().optional(),
  RECORDING_S3_BUCKET: z.string().optional(),
  RECORDING_S3_ACCESS_KEY: z.string().optional(),
  RECORDING_S3_SECRET: z.string().optional(),
  /** Where the API of Egress is at another address than LiveKit's. */
  LIVEKIT_EGRESS_URL: url("ws:", "wss:", "http:", "https:").optional(),
  /** Where set, what Prometheus shows to the function `metrics`; without, nobody gets in. */
  METRICS_TOKEN: secret(20).optional(),
  /** Where set, the header in which the gateway names the client's address; limits by address need it. */
  CLIENT_ADDRESS_HEADER: z.string().regex(/^[a-z0-9-]+$/i, "is no name of a header").optional(),
  /** Apple's push service: the four belong together. Without them iPhones that sleep don't ring. */
  APNS_KEY_ID: z.string().optional(),
  APNS_TEAM_ID: z.string().optional(),
  APNS_BUNDLE_ID: z.string().optional(),
  APNS_PRIVATE_KEY: pem.optional(),
  APNS_URL: url("https:").default("https://api.push.apple.com"),
  /** Google's push service. Without it Android phones that sleep don't ring. */
  FCM_SERVICE_ACCOUNT: z.string().transform((text, context) => {
    const file = serviceAccount.safeParse(parseJson(text));
    if (file.success) return file.data;
    const [{ path, message }] = file.error.issues;
    context.addIssue({ code: "custom", message: `is no service account: ${path.join(".") || "the file"} ${message}` });
    return z.NEVER;
  }).optional(),
  FCM_URL: url("https:").default("https://fcm.googleapis.com"),
}).superRefine((all, context) => {
  for (const names of together) {
    const missing = names.filter((name) => all[name] === undefined);
    if (missing.length === names.length) continue;
    for (const name of missing) context.addIssue({ code: "custom", path: [name], message: "is missing" });
  }
});

/** What is of no use without the rest of its group. */
const together = [
  ["APNS_KEY_ID", "APNS_TEAM_ID", "APNS_BUNDLE_ID", "APNS_PRIVATE_KEY"],
  [
    "RECORDING_S3_ENDPOINT",
    "RECORDING_S3_REGION",
    "RECORDING_S3_BUCKET",
    "RECORDING_S3_ACCESS_KEY",
    "RECORDING_S3_SECRET",
  ],
] as const;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type Config = z.output<typeof settings> & {
  /** The address of the client that a request is for, made unreadable; see `address.ts`. */
  clientAddress?: string;
};

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
