// Lets this process die where a test wants it to: before a certain statement of a function's next request, or between
// the last one and the answer. A statement is whatever the function asks of somebody else.

import { AsyncLocalStorage } from "node:async_hooks";

/** `statement` counts from 0. */
type Fault = { name: string; statement: number };
type Run = { name: string; statements: number };

const runs = new AsyncLocalStorage<Run>();
const send = globalThis.fetch;
let fault: Fault | undefined;

globalThis.fetch = ((input: RequestInfo | URL, init?: RequestInit) => {
  const run = runs.getStore();
  if (run) step(run);
  return send(input, init);
}) as typeof fetch;

function step(run: Run): void {
  if (fault?.name === run.name && fault.statement === run.statements) Deno.exit(86);
  run.statements += 1;
}

/** Dies there; without a fault, nowhere any more. */
export function arm(next: Fault | undefined): void {
  fault = next;
}

/** Answers a request of the function called `name`, counting its statements. */
export function counted(name: string, answer: () => Promise<Response>): Promise<Response> {
  const run = { name, statements: 0 };
  return runs.run(run, async () => {
    const response = await answer();
    step(run);
    return response;
  });
}
