// Serves every edge function from one process: each module's Deno.serve is captured while it is imported, and
// a request for /<name> goes to that function's handler with the path that Supabase gives it.

import { arm, counted } from "./functions-faults.ts";

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;
type Entry = { name: string; entrypoint: string };

const [port, list, variables] = Deno.args;
const entries: Entry[] = JSON.parse(list);
// What Deno itself needed to start is none of the functions' business.
const visible = new Set<string>(JSON.parse(variables));
for (const name of Object.keys(Deno.env.toObject())) {
  if (!visible.has(name)) Deno.env.delete(name);
}
// This process outlives every request, so nothing has to be kept alive for what goes on after an answer.
Object.assign(globalThis, { EdgeRuntime: { waitUntil: (_work: Promise<unknown>) => {} } });
const handlers = new Map<string, Handler>();
const listen = Deno.serve;

// What a captured Deno.serve returns: this process serves until it is stopped.
const server = {
  addr: { transport: "tcp", hostname: "127.0.0.1", port: Number(port) },
  finished: new Promise<void>(() => {}),
  ref() {},
  unref() {},
  shutdown: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

for (const { name, entrypoint } of entries) {
  try {
    const captured = await load(entrypoint);
    if (!captured) throw new Error("it neither calls Deno.serve nor exports a default { fetch }");
    handlers.set(name, captured);
  } catch (error) {
    console.error(`function ${name} could not be loaded:`, error);
    Deno.exit(1);
  }
}

async function load(entrypoint: string): Promise<Handler | undefined> {
  let captured: Handler | undefined;
  Deno.serve = ((first: unknown, second?: unknown) => {
    const options = first as { handler?: Handler };
    captured = [first, second, options?.handler].find((part) => typeof part === "function") as Handler;
    return server;
  }) as typeof Deno.serve;
  const module = await import(`file://${entrypoint}`);
  return captured ?? module.default?.fetch?.bind(module.default);
}

// What one function lets slip must not take every other function down with it.
globalThis.addEventListener("unhandledrejection", (event) => {
  console.error("unhandled rejection:", event.reason);
  event.preventDefault();
});
globalThis.addEventListener("error", (event) => {
  console.error("uncaught error:", event.error);
  event.preventDefault();
});

listen({ hostname: "127.0.0.1", port: Number(port), onListen: () => console.log("ready") }, async (request, info) => {
  const name = new URL(request.url).pathname.split("/")[1];
  if (name === "_ready") return Response.json([...handlers.keys()]);
  if (name === "_fault") {
    arm(await request.json() ?? undefined);
    return new Response(null, { status: 204 });
  }
  const handler = handlers.get(name);
  if (!handler) return Response.json({ code: "NOT_FOUND", message: "Requested function was not found" }, { status: 404 });
  try {
    return await counted(name, async () => await handler(request, info));
  } catch (error) {
    console.error(`function ${name} threw:`, error);
    return Response.json({ code: "WORKER_ERROR", message: "Function exited due to an error (please check logs)" }, {
      status: 500,
    });
  }
});
