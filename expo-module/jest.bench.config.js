/** Measures, and asserts nothing. */
module.exports = {
  preset: 'jest-expo',
  roots: ['<rootDir>/src/__tests__/bench'],
  testMatch: ['**/*.bench.tsx'],
  maxWorkers: 1,
};
