// One JSON line for each event. Never tokens, keys or what people wrote.

type Level = "info" | "warn" | "error";

export function log(level: Level, fields: Record<string, string | number | boolean | undefined>): void {
  // deno-lint-ignore no-console -- the one place that prints
  console[level](JSON.stringify({ level, ...fields }));
}
