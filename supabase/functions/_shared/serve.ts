// The frame of every function: CORS, caller, input, answer, error shape, one log line.

import type { z } from "zod";
import { clientAddress } from "./address.ts";
import type { Authenticate } from "./auth.ts";
import { type Config, config } from "./config.ts";
import { idempotencyKey, parse, readBody } from "./input.ts";
import { log } from "./log.ts";
import { countRequest } from "./request_counts.ts";
import { invalid, Refusal } from "./refusal.ts";

export type Call<Caller, Input> = { caller: Caller; input: Input; key: string | null; config: Config };

export type Endpoint<Caller, Input> = {
  /** Who may call: `user`, `serviceRole` or `livekitSignature` of auth.ts. */
  auth: Authenticate<Caller>;
  /** The body; a strict object, so that an unknown field is refused by its name. */
  input: z.ZodType<Input>;
  /** Also answers to GET, with an empty object for input. */
  isReadByGet?: boolean;
  /** Bytes that a body may have; 16 KiB where not said. */
  bodyLimit?: number;
  /** Answers with the JSON of the HTTP contract, or with text of its own, or throws a `Refusal`. */
  handle(call: Call<Caller, Input>): Promise<unknown>;
};

const defaultBodyLimit = 16 * 1024;
const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "POST, OPTIONS",
  "access-control-allow-headers": "authorization, x-client-info, apikey, content-type, idempotency-key, x-request-id",
  "access-control-expose-headers": "x-request-id",
  "access-control-max-age": "86400",
};

/** An answer that is no JSON. */
export class Text {
  constructor(readonly text: string, readonly type: string) {}
}

/** Serves one function under its name. */
export function serve<Caller, Input>(name: string, endpoint: Endpoint<Caller, Input>): void {
  config();
  Deno.serve(handler(name, endpoint, config));
}

/** The function as a function: a request in, an answer out, never a rejection. */
export function handler<Caller, Input>(
  name: string,
  endpoint: Endpoint<Caller, Input>,
  settings: () => Config | null,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: cors });
    const started = performance.now();
    const requestId = crypto.randomUUID();
    let answer: unknown;
    let refusal: Refusal | undefined;
    try {
      answer = await run(endpoint, request, settings());
    } catch (error) {
      refusal = error instanceof Refusal ? error : unexpected(name, requestId, error);
    }
    const status = refusal?.status ?? 200;
    const ms = Math.round(performance.now() - started);
    countRequest(settings(), name, refusal?.code ?? "ok", ms);
    log("info", { event: "request", function: name, status, code: refusal?.code, ms, request_id: requestId });
    const headers = { ...cors, "x-request-id": requestId };
    if (answer instanceof Text) {
      return new Response(answer.text, { headers: { ...headers, "content-type": answer.type } });
    }
    return Response.json(refusal ?? answer, { status, headers });
  };
}

async function run<Caller, Input>(endpoint: Endpoint<Caller, Input>, request: Request, settings: Config | null) {
  if (settings === null) throw new Refusal("internal", "The server is not configured.");
  const isGet = endpoint.isReadByGet && request.method === "GET";
  if (request.method !== "POST" && !isGet) throw invalid("method", "Functions are called by POST.");
  const config = { ...settings, clientAddress: await clientAddress(settings, request.headers) };
  let text: string | undefined;
  const body = async () => text ??= isGet ? "{}" : await readBody(request, endpoint.bodyLimit ?? defaultBodyLimit);
  const caller = await endpoint.auth(request, config, body);
  const input = parse(endpoint.input, await body());
  return await endpoint.handle({ caller, input, key: idempotencyKey(request.headers), config });
}

// What went wrong inside is for the log; the caller gets the id to ask about it.
function unexpected(name: string, requestId: string, error: unknown): Refusal {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : "not an error";
  log("error", { event: "unexpected", function: name, request_id: requestId, message });
  return new Refusal("internal", `Something went wrong; request ${requestId}.`);
}
