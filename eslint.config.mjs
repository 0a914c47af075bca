// The layers of docs/architecture.md, enforced: an import may only point down.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const coreRooms = ['asn1', 'certificates', 'keys', 'keystore', 'flow', 'connectivity', 'tenant', 'checks', 'report'];

/** Rooms of src/core, lowest first: what each may import beside itself and the files directly in src/core. */
const mayImport = {
  asn1: [],
  certificates: ['asn1'],
  keys: ['asn1', 'certificates'],
  keystore: ['asn1', 'certificates', 'keys'],
  flow: [],
  connectivity: ['asn1', 'certificates', 'keys', 'keystore'],
  tenant: ['asn1', 'certificates', 'keys', 'keystore'],
  checks: ['certificates', 'keystore', 'flow', 'connectivity', 'tenant'],
  report: ['certificates', 'keystore', 'flow', 'connectivity', 'tenant', 'checks'],
};

const restrict = (patterns, paths = []) => ({
  'no-restricted-imports': ['error', { patterns, paths }],
});
const noVscode = { name: 'vscode', message: 'Only src/host and src/extension.ts may know VS Code.' };
const upwards = (rooms, message, from = 1) => ({ regex: `^(\\.\\./){${from},}(${rooms.join('|')})(/|$)`, message });

export default tseslint.config(
  { ignores: ['**/node_modules', 'dist', 'out', '.host', '.vscode-test', 'examples'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.test.json', './tsconfig.webview.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/prefer-literal-enum-member': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
    },
  },
  ...coreRooms.flatMap((room) => {
    const forbidden = coreRooms.filter((other) => other !== room && !mayImport[room].includes(other));
    const rules = (from) =>
      restrict(
        [
          upwards(['host', 'cli', 'protocol', 'webview', 'extension'], 'The core knows no screen.'),
          ...(forbidden.length
            ? [upwards(forbidden, `src/core/${room} may not import this room: see docs/architecture.md.`, from)]
            : []),
        ],
        [noVscode],
      );
    // In a folder of a room, '../report' is the room's own file.
    return [
      { files: [`src/core/${room}/*.ts`], rules: rules(1) },
      { files: [`src/core/${room}/*/**/*.ts`], rules: rules(2) },
    ];
  }),
  {
    files: ['src/core/*.ts'],
    rules: restrict(
      [upwards(['host', 'cli', 'protocol', 'webview', 'extension'], 'The core knows no screen.')],
      [noVscode],
    ),
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: restrict(
      [upwards(['host', 'protocol', 'webview', 'extension'], 'The command line knows the core alone.')],
      [noVscode],
    ),
  },
  {
    files: ['src/protocol/**/*.ts'],
    rules: restrict(
      [
        upwards(
          ['host', 'cli', 'webview', 'core', 'extension'],
          'Messages stand on their own: types with run-time guards.',
        ),
        { group: ['node:*'], message: 'Messages also reach a browser.' },
      ],
      [noVscode],
    ),
  },
  {
    files: ['src/webview/**/*.ts'],
    rules: restrict(
      [
        upwards(['host', 'cli', 'core', 'extension'], 'A webview talks to the host through src/protocol.'),
        { group: ['node:*'], message: 'A webview runs in a browser.' },
      ],
      [noVscode],
    ),
  },
  {
    files: ['src/host/**/*.ts'],
    rules: restrict([upwards(['cli', 'webview', 'extension'], 'Talk to a webview through src/protocol.')]),
  },
  {
    files: ['src/host/**/*.ts'],
    ignores: ['src/host/ui/messages.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^show(Information|Warning|Error)Message$/]',
          message: 'Use src/host/ui/messages.ts: VS Code would make links of what files and servers say.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
      },
    },
  },
);
