/** Whether two values of JSON, or maps and sets of them, say the same. What is the same object is not looked into. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => isSame(item, other[at]));
  }
  if (one instanceof Map) {
    if (!(other instanceof Map) || one.size !== other.size) return false;
    for (const [key, value] of one) if (!other.has(key) || !isSame(value, other.get(key))) return false;
    return true;
  }
  if (Object.getPrototypeOf(one) !== Object.prototype || Object.getPrototypeOf(other) !== Object.prototype)
    return false;
  const [ones, others] = [Object.entries(one), other as Record<string, unknown>];
  return (
    ones.length === Object.keys(others).length &&
    ones.every(([key, value]) => key in others && isSame(value, others[key]))
  );
}
