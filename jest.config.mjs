// Three sizes of test, told apart by place: see CONTRIBUTING.md.
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/data/', '<rootDir>/tmp/'],
};

export default {
  // what hangs must end, and nothing else: a loaded machine makes a second of work last ten
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{packages,apps}/*/src/**/*.test.ts',
        '<rootDir>/{cli,nginx}/src/**/*.test.ts',
        '<rootDir>/test/guard/**/*.test.ts',
      ],
    },
    {
      ...shared,
      displayName: 'medium',
      testMatch: ['<rootDir>/{packages,apps}/*/test/**/*.test.ts', '<rootDir>/{cli,nginx}/test/**/*.test.ts'],
    },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
  ],
};
